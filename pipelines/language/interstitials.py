"""What pages say that were served in an article's place: checks of the visitor, requests for
consent, errors, log-ins.

`NAMES` are headlines and titles of such pages: one counts where it makes up most of a headline, so
that a story about captchas or cookies is still a story. `SENTENCES` speak to the visitor, of the
browser, the partners or the page asked for. In the languages news is most written in. Pure
functions of one line.
"""

from __future__ import annotations

import re
from functools import lru_cache

from archive.model import NotArticleReason
from pipelines.language.alternatives import join_alternatives
from pipelines.language.not_found import REMOVED, says_removed

# Share of the letters of a headline that such a name must make up.
MOST_OF_TEXT = 0.6

_CHALLENGE_NAMES = join_alternatives(
    r"""
    just a moment|one (more )?moment(,? please)?|attention required
    checking your browser(.{0,4} before accessing \S{1,99})?
    verify(ing)? (that )?you.?(re| are) (a )?(human|not a (ro)?bot)

    are you (a )?(human|(ro)?bot)|(human|browser|visitor) verification
    ddos[- ](protection|guard)( by \S{1,99})?
    (an? )?(additional )?security (check|verification)( is required)?

    access (to (this|the) (page|site|website) )?(has been |was |is )?(denied|restricted|blocked)
    bot (detection|verification)|client challenge|pardon our interruption|too many requests
    zu viele anfragen

    (sorry,? )?you (have been|are being|are|were) (blocked|redirected)
    your access to this (site|service) has been (limited|blocked)( by the site owner)?
    request (blocked|unsuccessful|rejected)

    unusual (traffic|activity)( (detected|from your .{3,20}))?|(website )?firewall|robot check
    please complete the captcha|enable javascript and cookies to continue|before we continue

    (nur )?einen moment( bitte)?|sicherheits(über)?prüfung|sind sie ein (mensch|roboter)
    zugriff (verweigert|blockiert)

    un instant|vérification (de sécurité|(que )?vous (n.)?êtes (pas un robot|humain)|en cours)
    êtes-vous un (humain|robot)|accès (refusé|interdit|bloqué)
    nous voulons nous assurer que c.est bien à vous.{0,60}robot

    un momento( por favor)?|verificación (de seguridad|humana|en curso)
    (el )?acceso (a esta página )?(ha sido )?(denegado|bloqueado)|antes de continuar
    comprobando (tu|su) navegador|¿?(eres|es usted) (un )?(humano|robot)

    لحظة (واحدة )?(من فضلك)?|جار[يٍ]?ا? التحقق( من (أمان )?المتصفح)?
    (التحقق|نتحقق|نتأكد|تأكد|التأكد) من (أن[كّ]*|الزائر|المتصفح|هويتك).{0,20}
    (تم )?(رفض|حظر|منع) (الوصول|وصولك|الدخول)

    لحظه\S{0,3} صبر کنید|در حال (انتقال به سایت|بررسی).{0,30}
    (آیا )?شما (ربات|انسان)\W?(هستید|نیستید)?|دسترسی (غیرمجاز|مسدود|محدود).{0,6}

    bir dakika lütfen|lütfen bekleyin|(güvenlik|insan|robot) (kontrolü|doğrulaması)
    robot olmadığınızı doğrulayın|erişim (engellendi|reddedildi|kısıtlandı)

    um momento|acesso negado|accesso negato|verifica di sicurezza|even geduld|toegang geweigerd
    один момент|проверка браузера|доступ (запрещ[её]н|ограничен)|chwileczkę|odmowa dostępu
    """
)
_CHALLENGE_SENTENCES = join_alternatives(
    r"""
    (checking|verifying|review(s|ing)?|check) (if )?(the site connection
        the security of your connection|your browser)
    verify (that )?you.?(re| are) (a )?(human|not a (ro)?bot)

    please (enable|turn on) (javascript|js|cookies)|(javascript|js) is (disabled|required)
    enable (javascript|js)( and| or|,) (cookies|reload|disable)|disable any ad ?blocker

    (complete|solve) (the|this) (\S{1,30} )?(captcha|check|puzzle|challenge)|press (&|and) hold
    automated (tool|quer|request|access)|you (have been|were|are) (being )?blocked
    block(ed)? (is|in|by) (an )?error

    (n.t|not) have permission to access|made us think (that )?you (were|are) a bot
    power user moving through|before accessing|part of this site could(n.t| not) load
    service to protect itself|(disabled|enable|allow) cookies in your|browser plug-?in
    cookies and javascript are enabled

    (your|this|the) (access|request
        ip)( address| to this (service|site|page|website))? (has been|was|is) (limited|denied
        blocked|rejected)
    sent (us )?too many requests|blocked by (our|a) security
    unusual (traffic|activity) (from|coming)|ray id

    überprüf\S{0,30} .{0,60}(browser|verbindung)|(sicherheit|verbindung) .{0,20}überprüf
    (lösen|bestätigen|beweisen) sie .{0,40}(captcha|mensch|roboter)
    ungewöhnlich\S{0,30} (viele )?(daten)?(verkehr|aktivität|anfragen)

    (patienter|pendant|en cours).{0,30}vérifi|vérifi\S{0,30} (de )?votre (navigateur|connexion)
    pas un robot|serez redirigé|compléter le (puzzle|captcha)|vous avez été bloqué

    mant[eé]n(ga)? pulsado|(eres|es) (un )?humano|no (eres|soy|es) un (robot|bot)
    (comprobando|verificando|revisando) .{0,20}(navegador|conexión)|navegador le redirigirá
    (ha sido|fue|has sido) bloquead

    (التحقق|نتحقق|التأكد|نتأكد|مراجعة|جار[يٍ]? فحص) (من )?.{0,25}(أمان|المتصفح|متصفحك|اتصالك
        إنسان|روبوت)
    (أكمل|إكمال|أكملوا) (اختبار |عملية )?التحقق|لست (روبوت|برنامج)|نظام الحماية .{0,30}
    (رصد|رصدنا) .{0,20}نشاط

    (بررسی|امنیت) .{0,20}(مرورگر|اتصال)|(مرورگر|اتصال) شما .{0,20}بررسی|ربات (نیستید|نبودن)
    خودکار هدایت می

    (bağlantınızın|tarayıcınız\S{0,30}) .{0,40}(güvenli|doğrulan|kontrol|denetlen)|robot olmadığınız
    insan olduğunuz

    проверя\S{1,30} (ваш )?браузер|вы не робот|não é um robô|non sei un robot
    """
)
_CONSENT_NAMES = join_alternatives(
    r"""
    before you continue( to .{2,40})?|bevor sie (zu .{2,40} )?(weiter|fort)\S{0,30}
    avant (d.accéder|de continuer).{0,40}
    (cookie|privacy)[- ]?(consent|settings|notice|preferences|choices|gate)
    consent (required|management)|cookies on this (site|website)

    (we|and we)? ?(value|respect|care about) your privacy
    your privacy (matters|is important)( to us)?|manage (your )?(cookies|privacy|consent)
    (wir brauchen )?ihre zustimmung( .{3,30})?|zustimmung|cookie-?einstellungen
    privatsphäre-?einstellungen

    datenschutz-?einstellungen|ihre wahl(.{0,3} mit werbung.{0,30})?
    mit werbung (und .{3,20} )?(weiter)?lesen
    (respectons|protégeons|le respect de) .{0,3}votre vie privée.{0,40}
    (votre |vos )?choix (concernant|relatifs aux|de) .{0,6}cookies

    vous avez (choisi de )?refus\S{0,30} les cookies
    (tu|su) privacidad (es importante|nos importa).{0,30}
    (valoramos|respetamos|cuidamos) (tu|su) privacidad|aceptar y continuar.{0,12}
    (configuración|gestión) de (cookies|privacidad)

    (نحن )?(نهتم|نحترم|نقدر)\s+(ب)?خصوصيت.{0,4}|خصوصيتك(م)? تهمنا
    (إعدادات|خيارات) (الخصوصية|ملفات تعريف الارتباط)|(نستخدم|استخدام|سياسة) ملفات تعريف الارتباط
    الموافقة على (ملفات|استخدام).{0,30}

    ما از کوکی.{0,20}استفاده.{0,10}|تنظیمات (کوکی|حریم خصوصی)|.{2,30} izninizi istiyor
    verilerinizi kullanmak için izninizi|(gizliliğinize|gizliliğiniz).{0,20}(önem|değer).{0,10}
    çerez (ayarları|tercihleri|politikası)

    la tua privacy.{0,30}|rispettiamo la tua privacy|a sua privacidade.{0,30}|uw privacy.{0,30}
    мы ценим вашу конфиденциальность|szanujemy (twoją )?prywatność
    """
)
_CONSENT_SENTENCES = join_alternatives(
    r"""
    \b(we|us|our)\b.{0,30}\bpartners\b.{0,80}(store|stor|access|process|use|data)
    we use (cookies|.{0,20} and cookies)( and .{3,40})? (to|for|on)\b
    (this|our) (web)?site uses cookies|(consent to|accept) (our |the )?(use of )?(all )?cookies
    ad ?block|cookies and (data|similar)|personal data.{0,80}(device|identifiers|browsing)
    tracking technolog

    \b(wir|unser\S{0,30})\b.{0,60}(partner|drittanbieter)\S{0,30}.{0,80}(speicher|verarbeit|daten|cookies
        gerät)
    mit werbung und tracking|(ohne|werbe)-?tracking|alle akzeptieren|werbeblocker|tracker und
    werbefrei\S{0,30} (abo|für|und|lesen)|zustimmung zu cookies
    (zustimmung|einwilligung) .{0,40}widerrufen

    (nos|\d{1,4}) partenaires.{0,80}(stock|utilis|trait|accèd|cookies)
    cookies (ou|et) (de )?technologies|retirer votre consentement|dépôt de cookies
    accepte[zr] (les|tous les|le dépôt).{0,12}cookies|bloqueur de publicité
    (sans|lire sans) (traceurs|cookies|publicité)|vos choix sont conservés

    (nuestros|\d{1,4}) socios.{0,80}(almacen|acced|proces|utiliz|datos)
    (usamos|utilizamos) (las )?cookies|(permiso|consentimiento) para (guardar|almacenar|usar)
    acepta[rs]? (las |todas las |el uso de )?cookies|bloqueador de (anuncios|publicidad)

    (نحن|نستخدم|ونحن) .{0,15}شركا[ؤئ]نا|نستخدم .{0,30}ملفات تعريف الارتباط
    معلومات مخزنة على جهازك|بمواصلة (التصفح|تصفح)|(البيانات|معلومات) على جهازك|تغيير اختيارك

    (شرکای ما|ما و شرکا|از کوکی).{0,60}|مانع الإعلانات|reklam engelleyici|iş orta(k|ğ)\S{0,30}.{0,60}
    kişisel verileriniz|(cihaz\S{0,30}|çerez\S{0,30}) .{0,40}(bilgi|sakla|kullan)

    (nostri|\d{1,4}) partner.{0,60}(archivi|dati|cookie)
    (nossos|\d{1,4}) parceiros.{0,60}(armazen|dados|cookies)|onze partners
    """
)
_ERROR_NAMES = join_alternatives(
    r"""
    (http |error:? ?|erreur:? ?|fehler:? ?|hata:? ?|خطأ:? ?|خطای ?){0,4}(4(0[034]|10|51|29)|50[0234]
        ٤٠٤|۴۰۴)( error| fehler| forbidden| not found)?
    error|erreur|fehler|forbidden|gone|bad gateway|oops|oups|ups|hoppla|عذر[اًً]+|عفو[اًً]+|متاسفیم

    (sorry,? )?(we (could ?n.t|could not|can.?t|cannot|were unable to) find
        we.re sorry).{0,12}(page|article|story|content)?.{0,20}
    (sorry,? )?(the |this |that )?(requested )?(page|file|content|article|story|url
        link)( that)?( you.{3,30})? ?(is |was |are |has been |could |can |does |may have been |you.re looking for )?(n.t |not |no longer |cannot |can.t )?(be )?(found
        available|exist|moved|removed|deleted|expired)
    nothing (was )?found|page doesn.t exist|unavailable (for|due to) legal reasons
    (an? )?(internal )?(unexpected )?(server )?error( has)?( occurred)?

    something went wrong|service unavailable|(site )?under (maintenance|construction)
    (scheduled )?maintenance|be right back|web ?server is (down|returning an unknown error)
    (that |this |the )?page (has )?gone missing

    (diese |die )?(angeforderte |gewünschte )?(seite|artikel|inhalt).{0,12}(gibt es .{0,10}nicht
        nicht gefunden|existiert nicht|nicht verfügbar|wurde (verschoben|gelöscht)).{0,12}
    hier ist (leider )?nichts.{0,20}|wartungsarbeiten|wartung

    (cette |la )?page .{0,16}(introuvable|non disponible|indisponible|n.existe (pas|plus)
        non trouvée)
    (contenu|article) (introuvable|indisponible|supprimé)
    une erreur (est survenue|s.est produite)|site en maintenance|maintenance en cours

    (la )?página no (encontrada|existe|disponible)|no (hemos|se ha) (podido )?encontra\S{1,30}.{0,20}
    (sitio )?en mantenimiento|mantenimiento|ha ocurrido un error|contenido no disponible

    (هذه )?(الصفحة|المحتوى|الرابط|المقال|الخبر|المادة)\s+(المطلوبة?\s+)?(التي تبحث عنها )?(غير
        لم|لا)\s+\S{1,30}.{0,12}
    (عذر[اًً]+،? )?(لم|لا) (نتمكن|يتم|يمكن|نستطع) (من )?العثور على.{0,20}|لا توجد نتائج
    حدث خطأ.{0,20}|(الموقع|الصفحة)\s+(تحت|قيد)\s+(الصيانة|الإنشاء)

    (این )?(صفحه|محتوا|مطلب).{0,16}(یافت|پیدا|موجود) (نشد|نیست)|خطایی رخ داد.{0,6}
    سایت در حال (بروزرسانی|تعمیر).{0,10}

    (aradığınız )?(sayfa|içerik|haber) (bulunamadı|mevcut değil|yok|kaldırıl\S{1,30})|bir hata oluştu
    bakım (çalışması|modu)

    pagina (non trovata|niet gevonden)|página não encontrada|страница не найдена
    strony nie znaleziono|sidan (kunde inte hittas|hittades inte)
    siden (blev )?ikke (fundet|funnet)|sivua ei löytynyt
    """
)
_LOGIN_NAMES = join_alternatives(
    r"""
    (please )?(log ?in|sign ?in|sign ?up|register)( to (your account|continue( reading)?))?
    (create|your) (an )?account|(jetzt )?(anmelden|einloggen|registrieren|anmeldung|login)
    (se )?(connecter|connexion|identifiez-vous)|s.identifier|iniciar sesión|inicia sesión
    acceder

    تسجيل (الدخول|دخول)|دخول|ورود( به (حساب|سایت).{0,16})?|(giriş yap|üye girişi|oturum aç)\S{0,30}
    accedi|entrar|inloggen|войти|zaloguj się|logga in
    """
)
_ERROR_SENTENCES = join_alternatives(
    r"""
    \b(the|this|that|requested) (page|content|article|story|link|address|url
        file)\b(?! editor)( (that )?you.{3,30}?| at this address)?,? .{0,30}(may have been
        might have been|has been|have been|was|is|no longer|does|could|cannot
        can.t).{0,30}(moved|removed|renamed|deleted|found|available|exist|expired)

    (page|content|article) you.{0,20}(requested|looking for|tried)|nothing at this address
    (address|link|url) is wrong|page was taken down|server is not returning
    (search|back to the) (or|home ?page)|here are some of our latest stories instead
    (access|website) .{0,60}european economic area|cannot be granted at this time

    (seite|artikel|adresse|inhalt)\b.{0,40}(aufgerufen\S{0,30}|gesucht\S{0,30}|angefordert\S{0,30}
        gewünscht\S{0,30}).{0,60}
    (seite|artikel) .{0,20}(existiert nicht|wurde (verschoben|gelöscht|entfernt))
    (seite|beitrag|artikel|inhalt) .{0,20}nicht (mehr )?(verfügbar|gefunden|auffindbar)
    wird gerade gewartet|bitten um (verständnis|geduld)

    (page|contenu|article) (que vous (recherchez|demandez|cherchez)|demandée?)
    page .{0,20}n.existe (pas|plus)|(adresse|lien) .{0,20}(erronée?|incorrecte?)
    difficultés techniques|nos équipes (travaillent|sont)

    (dirección|página) solicitada
    (página|contenido|artículo) que (busca|buscas|está buscando|solicitó)
    tareas de mantenimiento|(volveremos|disculpe) .{0,20}(minutos|breve|molestias)

    (الصفحة|المحتوى|الرابط|المقال|الخبر|المادة)\s+(المطلوبة?
        (التي|الذي) (تبحث|اتبعت|طلبت)\S{0,30}).{0,80}
    (حذف|حذفت|نقل|نقلت|أزيل\S{0,30}) (المادة|الصفحة|المحتوى|من الموقع).{0,20}
    (العودة|عد) إلى (الصفحة )?الرئيسية|(نعمل|نقوم) .{0,20}(تحديث|صيانة) الموقع|سنعود .{0,10}قريب
    تحت الصيانة

    (این )?(صفحه|نشانی|محتوا) .{0,40}(حذف|تغییر|جابه).{0,30}|(صفحه|مطلب) مورد نظر
    (aradığınız|istediğiniz|ulaşmaya çalıştığınız) (sayfa|içerik|haber)
    (sayfa|içerik) .{0,20}(kaldırılmış|taşınmış|silinmiş)|bakım çalışması
    """
)
_LOGIN_SENTENCES = join_alternatives(
    r"""
    (log|sign) ?in (to|with) your|e-?mail( address)? and (your )?password
    e-?mail-?adresse und (ihr )?passwort|mot de passe|tu contraseña|كلمة المرور|رمز عبور
    şifreniz|(melden|loggen) sie sich|(mit|zu) ihrem konto|connectez-vous|votre compte
    inicia(r)? sesión|(con|a) (tu|su) cuenta|تسجيل الدخول|(إلى|في) حسابك|وارد (حساب|سایت)
    حساب کاربری|hesabınıza|giriş yap
    """
)

KINDS = (NotArticleReason.CHALLENGE, NotArticleReason.CONSENT, NotArticleReason.ERROR_PAGE)


def _compile_phrases(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _compile_names(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE)


_NAMES = {
    NotArticleReason.CHALLENGE: _compile_names(_CHALLENGE_NAMES),
    NotArticleReason.CONSENT: _compile_names(_CONSENT_NAMES),
    NotArticleReason.ERROR_PAGE: _compile_names(f"{REMOVED}|{_ERROR_NAMES}|{_LOGIN_NAMES}"),
}
_SENTENCES = {
    NotArticleReason.CHALLENGE: _compile_phrases(_CHALLENGE_SENTENCES),
    NotArticleReason.CONSENT: _compile_phrases(_CONSENT_SENTENCES),
    NotArticleReason.ERROR_PAGE: _compile_phrases(f"{_ERROR_SENTENCES}|{_LOGIN_SENTENCES}"),
}
_PARTS = re.compile(r"(?<!\s)\s++[-–—|·•]\s++|\|")
_LETTERS = re.compile(r"[^\W_]")


def headline_parts(headline: str) -> list[str]:
    """A title without what it is joined to by dashes and bars (the site's name), each part for
    itself.
    """
    return [part.strip() for part in _PARTS.split(headline) if part.strip()]


@lru_cache(maxsize=2048)
def named_subject(headline: str) -> NotArticleReason | None:
    """What a headline (or a part of one) is the name of: where names of the kind make up most of
    its letters.
    """
    size = len(_LETTERS.findall(headline))
    if not size or size > 120:
        return None
    return next(
        (kind for kind in KINDS if share_of_text(_NAMES[kind], headline) >= MOST_OF_TEXT), None
    )


def share_of_text(pattern: re.Pattern[str], text: str) -> float:
    """The share of a text's letters that stands in what a pattern finds."""
    size = len(_LETTERS.findall(text))
    matched = sum(len(_LETTERS.findall(match[0])) for match in pattern.finditer(text))
    return matched / size if size else 0.0


def notice_kind(line: str) -> NotArticleReason | None:
    """What a line says to the visitor of a page that is none of the site's stories, or None."""
    found = next((kind for kind in KINDS if _SENTENCES[kind].search(line)), None)
    return found or (NotArticleReason.ERROR_PAGE if says_removed(line) else None)


_VISITOR_WORDS = join_alternatives(
    r"""
    \b(you|your|please)\b
    \b(bitte|veuillez|merci de|vous|votre|vos|usted|por favor|lütfen|siz|sizin|per favore|você
        alstublieft)\b
    \b(Ihrem|Ihren|tus)\b|يرجى|الرجاء|من فضلك|لطف[اًا]{1,2}|شما|пожалуйста|proszę
    """
)
_VISITOR = _compile_phrases(_VISITOR_WORDS)


def addresses_visitor(line: str) -> bool:
    """Whether a line speaks to the visitor."""
    return bool(_VISITOR.search(line))
