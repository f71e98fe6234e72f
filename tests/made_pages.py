"""Made-up pages of every kind in seven languages and unlike markup, each with what it is.

`PAGES` holds (name, address, bytes, kinds that are right). `pipelines/test_page_kinds.py` reads
them.
"""

# ruff: noqa: E741, SIM905 -- tables read and edited more easily
from __future__ import annotations

import json

PAGES: list[tuple[str, str, bytes, set[str]]] = []
WORDS = {
    "en": "The council of Lower Marsh voted on Tuesday to rebuild the footbridge that a flood carried away in March.|Work is to begin after the harvest, the mayor said, and the town will pay a third of the cost itself.|Residents who had walked an hour round the lake every day welcomed the decision with applause.|An engineer who inspected the piers told the meeting that two of the five could be used again.|The county promised to decide on its own share before the end of the month.".split(
        "|"
    ),
    "ar": "قرر مجلس بلدية المرج السفلي يوم الثلاثاء إعادة بناء جسر المشاة الذي جرفه السيل في آذار الماضي.|وقال رئيس البلدية إن العمل يبدأ بعد موسم الحصاد، وإن البلدة ستدفع ثلث الكلفة من ميزانيتها.|ورحب السكان الذين كانوا يمشون ساعة كاملة حول البحيرة كل يوم بالقرار بالتصفيق.|وأوضح مهندس فحص الدعامات أن اثنتين من خمس يمكن استخدامهما مرة أخرى.|ووعدت المحافظة بأن تعلن حصتها قبل نهاية الشهر الجاري.".split(
        "|"
    ),
    "de": "Der Rat von Niedermoor hat am Dienstag beschlossen, den vom Hochwasser fortgerissenen Steg neu zu bauen.|Die Arbeiten sollen nach der Ernte beginnen, sagte die Bürgermeisterin, ein Drittel der Kosten trägt der Ort selbst.|Anwohner, die seit März jeden Tag eine Stunde um den See gelaufen sind, begrüßten die Entscheidung mit Applaus.|Ein Ingenieur, der die Pfeiler untersucht hat, hält zwei von fünf für weiter brauchbar.|Der Kreis will noch in diesem Monat über seinen Anteil entscheiden.".split(
        "|"
    ),
    "fr": "Le conseil de Basmarais a voté mardi la reconstruction de la passerelle emportée par la crue du mois de mars.|Les travaux commenceront après la moisson, a dit la maire, et la commune paiera un tiers du coût.|Les habitants, qui faisaient chaque jour une heure de marche autour du lac, ont applaudi la décision.|Un ingénieur qui a examiné les piles estime que deux sur cinq peuvent encore servir.|Le département a promis de fixer sa part avant la fin du mois.".split(
        "|"
    ),
    "es": "El concejo de Pantano Bajo aprobó el martes reconstruir la pasarela que la riada se llevó en marzo.|Las obras empezarán tras la cosecha, dijo la alcaldesa, y el pueblo pagará un tercio del coste.|Los vecinos, que caminaban cada día una hora alrededor del lago, recibieron la decisión con aplausos.|Un ingeniero que revisó los pilares cree que dos de los cinco todavía sirven.|La provincia prometió fijar su parte antes de fin de mes.".split(
        "|"
    ),
    "fa": "شورای شهر مرداب پایین روز سه‌شنبه تصویب کرد پل عابری که سیل اسفند برده بود دوباره ساخته شود.|شهردار گفت کار پس از برداشت محصول آغاز می‌شود و شهر یک سوم هزینه را خود می‌پردازد.|ساکنانی که هر روز یک ساعت دور دریاچه راه می‌رفتند از این تصمیم استقبال کردند.|مهندسی که پایه‌ها را بررسی کرده است می‌گوید دو پایه از پنج پایه هنوز قابل استفاده است.|استانداری وعده داد سهم خود را تا پایان ماه اعلام کند.".split(
        "|"
    ),
    "tr": "Aşağı Sazlık belediye meclisi salı günü, martta selin götürdüğü yaya köprüsünün yeniden yapılmasına karar verdi.|Belediye başkanı, işin hasattan sonra başlayacağını ve kasabanın giderin üçte birini ödeyeceğini söyledi.|Her gün göl çevresinde bir saat yürüyen sakinler kararı alkışlarla karşıladı.|Ayakları inceleyen bir mühendis beşinden ikisinin hâlâ kullanılabileceğini belirtti.|Valilik kendi payını ay sonundan önce açıklamaya söz verdi.".split(
        "|"
    ),
}
TITLE = {
    "en": "Council votes to rebuild the footbridge of Lower Marsh",
    "ar": "بلدية المرج السفلي تقرر إعادة بناء جسر المشاة",
    "de": "Niedermoor baut den Steg über den See wieder auf",
    "fr": "Basmarais va reconstruire la passerelle du lac",
    "es": "Pantano Bajo reconstruirá la pasarela del lago",
    "fa": "پل عابر مرداب پایین دوباره ساخته می‌شود",
    "tr": "Aşağı Sazlık yaya köprüsünü yeniden yapıyor",
}
SITE = {
    "en": "Marsh Courier",
    "ar": "صحيفة المرج",
    "de": "Moorbote",
    "fr": "Le Courrier du Lac",
    "es": "El Correo del Lago",
    "fa": "روزنامه مرداب",
    "tr": "Sazlık Postası",
}
NAV = {
    "en": "Politics Economy Culture Sport Opinion".split(),
    "ar": "سياسة اقتصاد ثقافة رياضة رأي".split(),
    "de": "Politik Wirtschaft Kultur Sport Meinung".split(),
    "fr": "Politique Économie Culture Sport Opinions".split(),
    "es": "Política Economía Cultura Deportes Opinión".split(),
    "fa": "سیاست اقتصاد فرهنگ ورزش دیدگاه".split(),
    "tr": "Siyaset Ekonomi Kültür Spor Görüş".split(),
}
HEADS = {
    "en": [
        "Mill at the weir sold to a weavers' cooperative",
        "School choir wins the county contest again",
        "Ferry timetable changes from the first of May",
        "Beekeepers count their losses after a mild winter",
        "Old station clock to be repaired at last",
        "Library asks readers for their oldest books",
        "Farmers protest against the new milk price",
        "Archive opens its cellar for one weekend",
        "Police look for owner of a runaway donkey",
        "Two candidates for the post of harbour master",
    ],
    "ar": [
        "بيع الطاحونة القديمة عند السد لتعاونية نساجين",
        "جوقة المدرسة تفوز مجددا بمسابقة المحافظة",
        "مواعيد العبارة تتغير اعتبارا من أول أيار",
        "مربو النحل يحصون خسائرهم بعد شتاء دافئ",
        "إصلاح ساعة المحطة القديمة أخيرا هذا الربيع",
        "المكتبة تطلب من القراء أقدم كتبهم",
        "المزارعون يحتجون على سعر الحليب الجديد",
        "الأرشيف يفتح قبوه للزوار نهاية الأسبوع",
        "الشرطة تبحث عن صاحب حمار هارب",
        "مرشحان لمنصب مدير الميناء الصغير",
    ],
    "de": [
        "Mühle am Wehr geht an eine Genossenschaft der Weber",
        "Schulchor gewinnt erneut den Wettbewerb des Kreises",
        "Fähre fährt vom ersten Mai an nach neuem Plan",
        "Imker zählen nach dem milden Winter ihre Verluste",
        "Alte Bahnhofsuhr wird endlich wieder repariert",
        "Bücherei bittet Leser um ihre ältesten Bücher",
        "Bauern protestieren gegen den neuen Milchpreis",
        "Archiv öffnet für ein Wochenende seinen Keller",
        "Polizei sucht den Besitzer eines entlaufenen Esels",
        "Zwei Bewerber für das Amt des Hafenmeisters",
    ],
    "fr": [
        "Le moulin du barrage vendu à une coopérative de tisserands",
        "La chorale de l'école gagne encore le concours",
        "Le bac change d'horaires à partir du premier mai",
        "Les apiculteurs comptent leurs pertes après un hiver doux",
        "L'horloge de la gare enfin réparée ce printemps",
        "La bibliothèque demande aux lecteurs leurs vieux livres",
        "Les éleveurs protestent contre le nouveau prix du lait",
        "Les archives ouvrent leur cave un week-end",
        "La police cherche le propriétaire d'un âne en fuite",
        "Deux candidats pour le poste de capitaine du port",
    ],
    "es": [
        "El molino de la presa pasa a una cooperativa de tejedores",
        "El coro de la escuela vuelve a ganar el concurso",
        "La barca cambia de horario desde el primero de mayo",
        "Los apicultores cuentan sus pérdidas tras el invierno",
        "El reloj de la estación será reparado por fin",
        "La biblioteca pide a los lectores sus libros viejos",
        "Los ganaderos protestan por el nuevo precio de la leche",
        "El archivo abre su sótano durante un fin de semana",
        "La policía busca al dueño de un burro fugado",
        "Dos candidatos para el puesto de capitán de puerto",
    ],
    "fa": [
        "آسیاب کنار سد به تعاونی بافندگان فروخته شد",
        "گروه کر مدرسه باز هم برنده مسابقه استان شد",
        "برنامه حرکت قایق از اول اردیبهشت تغییر می‌کند",
        "زنبورداران خسارت زمستان گرم را می‌شمارند",
        "ساعت قدیمی ایستگاه سرانجام تعمیر می‌شود",
        "کتابخانه از خوانندگان کتاب‌های قدیمی می‌خواهد",
        "دامداران به قیمت تازه شیر اعتراض کردند",
        "آرشیو شهر زیرزمین خود را باز می‌کند",
        "پلیس در پی صاحب الاغ فراری است",
        "دو نامزد برای مدیریت بندر کوچک",
    ],
    "tr": [
        "Bentteki değirmen dokumacılar kooperatifine satıldı",
        "Okul korosu il yarışmasını yine kazandı",
        "Feribot tarifesi bir mayıstan itibaren değişiyor",
        "Arıcılar ılık kıştan sonra kayıplarını sayıyor",
        "Eski gar saati sonunda onarılacak bu bahar",
        "Kütüphane okurlardan en eski kitaplarını istiyor",
        "Çiftçiler yeni süt fiyatını protesto ediyor",
        "Arşiv bodrumunu bir hafta sonu açıyor",
        "Polis kaçan eşeğin sahibini arıyor hâlâ",
        "Liman müdürlüğü için iki aday yarışıyor",
    ],
}


def heads(l, n=10, css="teaser", tag="h3", text=False, start=0):
    out = []
    for i in range(n):
        h = HEADS[l][(i + start) % 10] + ("" if i < 10 else f" ({i})")
        t = f"<p>{WORDS[l][i % 5]}</p>" if text else ""
        out.append(
            f'<div class="{css}"><{tag}><a href="/x/{i + start}-{(len(h) * 31 + i) % 977}">{h}</a></{tag}>{t}</div>'
        )
    return "\n".join(out)


def chrome(l, main, style=0):
    """A page's menus and footer around its main part, in one of four layouts."""
    nav = "".join(f'<a href="/s{i}">{n}</a> ' for i, n in enumerate(NAV[l]))
    li = "".join(f'<li><a href="/s{i}">{n}</a></li>' for i, n in enumerate(NAV[l]))
    s = SITE[l]
    if style == 0:
        return f'<header><a href="/"><img alt="{s}" src="/l.svg"></a><nav><ul>{li}</ul></nav></header><main>{main}</main><footer><p>© 2026 {s}</p>{nav}</footer>'
    if style == 1:
        return f'<div class="top">{s} {nav}</div><div class="wrap"><div class="c8">{main}</div></div><div class="bot">{nav}<br>{s} 2026</div>'
    if style == 2:
        return f"<table width=100%><tr><td colspan=2>{s} | {nav}</td></tr><tr><td width=70%>{main}</td><td width=30%><ul>{li}</ul></td></tr><tr><td colspan=2>© {s}</td></tr></table>"
    return f'<div id="app"><div class="flex h-16">{nav}</div><section class="px-4">{main}</section><div class="bg-gray-900 text-xs">{nav} {s}</div></div>'


def doc(l, title, body, head="", attrs=""):
    """A whole document."""
    d = "rtl" if l in ("ar", "fa") else "ltr"
    return f'<!DOCTYPE html><html lang="{l}" dir="{d}"{attrs}><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>{body}</body></html>'


def add(
    name,
    l,
    title,
    body,
    want,
    *,
    head="",
    path="/news/2026/rebuild-footbridge-48213",
    style=0,
    bare=False,
    host=None,
):
    url = (host or f"https://www.marsh-{l}.example") + path
    PAGES.append(
        (
            name,
            url,
            doc(l, title, body if bare else chrome(l, body, style), head).encode(),
            want if isinstance(want, set) else {want},
        )
    )


def paras(l, n=5, tag="p", css=""):
    return "".join(f"<{tag}{css}>{w}</{tag}>" for w in WORDS[l][:n])


def ld(**k):
    return f'<script type="application/ld+json">{json.dumps({"@context": "https://schema.org", **k}, ensure_ascii=False)}</script>'


A = "article"
C = "challenge"
CO = "consent"
E = "error-page"
L = "listing"
V = "video"
G = "gallery"
PW = "paywall"
EM = "empty"
S = "service"
AU = "audio"
OGA = '<meta property="og:type" content="article">'
# ---------------------------------------------------------------- challenges
add(
    "cf-managed",
    "en",
    "Just a moment...",
    '<div class="main-wrapper" role="main"><div class="main-content"><noscript><div class="h2"><span id="challenge-error-text">Enable JavaScript and cookies to continue</span></div></noscript></div></div><script>(function(){window._cf_chl_opt={cvId:"3",cZone:"marsh.example",cType:"managed"};var a=document.createElement("script");a.src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1?ray=8c";}());</script>',
    C,
    bare=True,
)
add(
    "cf-turnstile-de",
    "de",
    "Nur einen Moment…",
    '<h1 class="zone-name-title">www.marsh-de.example</h1><p class="h2">Bestätigen Sie, dass Sie ein Mensch sind. Dies kann einige Sekunden dauern.</p><div class="cf-turnstile" data-sitekey="x"></div><p>www.marsh-de.example muss die Sicherheit Ihrer Verbindung überprüfen, bevor Sie fortfahren können.</p>',
    C,
    bare=True,
)
add(
    "cf-tr",
    "tr",
    "Bir dakika lütfen...",
    "<h1>www.marsh-tr.example</h1><p>Bağlantınızın güvenliği doğrulanıyor. Bu işlem birkaç saniye sürebilir.</p><p>Devam etmeden önce www.marsh-tr.example bağlantınızın güvenliğini gözden geçirmelidir.</p><div>Ray ID: 8c1f<br>Performance &amp; security by Cloudflare</div>",
    C,
    bare=True,
)
add(
    "cf-fa",
    "fa",
    "لحظه‌ای صبر کنید...",
    '<h1>www.marsh-fa.example</h1><p>در حال بررسی امنیت اتصال شما. این کار ممکن است چند ثانیه طول بکشد.</p><p>پیش از ادامه باید امنیت اتصال شما بررسی شود.</p><div class="ray-id">Ray ID: <code>8c1f</code></div>',
    C,
    bare=True,
)
add(
    "cf-1020",
    "en",
    "Access denied | www.marsh-en.example used Cloudflare to restrict access",
    '<div id="cf-wrapper"><h1><span>Error</span> <span>1020</span></h1><h2>Access denied</h2><section><h2>What happened?</h2><p>This website is using a security service to protect itself from online attacks.</p><div>Cloudflare Ray ID: <strong>8c1f</strong></div></section></div>',
    C,
    bare=True,
)
add(
    "akamai-denied",
    "en",
    "Access Denied",
    '<H1>Access Denied</H1> You don\'t have permission to access "http&#58;&#47;&#47;www&#46;marsh&#46;example&#47;news" on this server.<P>Reference&#32;&#35;18&#46;9d2&#46;1767&#46;5e7<P>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;18',
    C,
    bare=True,
)
add(
    "akamai-bmp",
    "en",
    "marsh.example",
    '<div id="sec-if-cpt-container" role="main"><div id="sec-if-cpt-if"><p>Powered and protected by</p><img alt="Akamai"></div></div><script src="/_sec/cp_challenge/sec-cpt-4-4.js" async defer></script><div id="sec-overlay" style="display:none;"></div>',
    C,
    bare=True,
)
add(
    "datadome",
    "en",
    "marsh-en.example",
    '<p id="cmsg">Please enable JS and disable any ad blocker</p><script data-cfasync="false">var dd={"rt":"c","cid":"AHr","hsh":"2211","t":"bv","host":"geo.captcha-delivery.com"}</script><script src="https://ct.captcha-delivery.com/c.js"></script>',
    C,
    bare=True,
)
add(
    "datadome-fr",
    "fr",
    "marsh-fr.example",
    '<div class="captcha"><h1>Nous voulons nous assurer que c\'est bien à vous que nous nous adressons, et non à un robot.</h1><p>Faites glisser vers la droite pour compléter le puzzle. Vous avez été bloqué ? Contactez l\'assistance.</p></div><iframe src="https://geo.captcha-delivery.com/captcha/?initialCid=AH" title="DataDome CAPTCHA"></iframe>',
    C,
    bare=True,
)
add(
    "perimeterx",
    "en",
    "Access to this page has been denied",
    '<div class="px-captcha-container"><div class="px-captcha-header">Before we continue...</div><div class="px-captcha-message">Press &amp; Hold to confirm you are a human (and not a bot).</div><div id="px-captcha"></div><div>Reference ID 7a1</div></div><script>window._pxAppId="PXabc";window._pxJsClientSrc="/abc/init.js";</script>',
    C,
    bare=True,
)
add(
    "perimeterx-es",
    "es",
    "El acceso a esta página ha sido denegado",
    '<div><h1>Antes de continuar...</h1><p>Mantén pulsado el botón para confirmar que eres humano y no un bot.</p><div id="px-captcha"></div><p>ID de referencia: 7a1</p></div>',
    C,
    bare=True,
)
add(
    "imperva",
    "en",
    "",
    '<iframe id="main-iframe" src="/_Incapsula_Resource?SWUDNSAI=31&xinfo=9-1" frameborder=0 width="100%">Request unsuccessful. Incapsula incident ID: 1234-5678</iframe>',
    C,
    bare=True,
)
add(
    "imperva-hcaptcha",
    "en",
    "Additional security check is required",
    '<div class="container"><h1>Additional security check is required</h1><p>Why am I seeing this page?</p><p>Your browser\'s behaviour is unusual: it looks like an automated tool. Complete the check below to continue.</p><div class="h-captcha" data-sitekey="x"></div></div>',
    C,
    bare=True,
)
add(
    "ddos-guard",
    "en",
    "DDOS-GUARD",
    '<div class="container"><h1 id="title">Checking your browser before accessing marsh.example</h1><p id="desc">Please wait a few seconds. Once this check is complete, the website will open automatically</p><a href="https://ddos-guard.net">DDoS protection by DDoS-Guard</a></div>',
    C,
    bare=True,
)
add(
    "sucuri",
    "en",
    "Sucuri WebSite Firewall - Access Denied",
    '<div class="sucuri"><h1>Access Denied - Sucuri Website Firewall</h1><p>If you are the site owner (or you manage this site), please whitelist your IP or if you think this block is an error please open a support ticket.</p><table><tr><td>Block ID:</td><td>BNP005</td></tr><tr><td>Block reason:</td><td>Bad bot access attempt.</td></tr></table></div>',
    C,
    bare=True,
)
add(
    "sucuri-js",
    "en",
    "You are being redirected...",
    "<noscript>Javascript is required. Please enable javascript before you are allowed to see this page.</noscript><script>var s={},u,c,U,r,i,l=0,a,e=eval,w=String.fromCharCode,sucuri_cloudproxy_js='',S='cz0i';</script>",
    C,
    bare=True,
)
add(
    "aws-waf",
    "en",
    "Human Verification",
    '<h1>JavaScript is disabled</h1>In order to continue, we need to verify that you\'re not a robot. This requires JavaScript. Enable JavaScript and then reload the page.<script src="https://x.token.awswaf.com/x/challenge.js"></script>',
    C,
    bare=True,
)
add(
    "kasada",
    "en",
    "",
    '<script>window.KPSDK={};KPSDK.now=Date.now.bind(Date);KPSDK.start=KPSDK.now();</script><script src="/149e9513-01fa-4fb0-aad4-566afd725d1b/2d206a39-8ed7-437e-a3be-862e0f06eea3/ips.js?x=1"></script>',
    {C, EM},
    bare=True,
)
add(
    "distil",
    "en",
    "Pardon Our Interruption",
    "<div class=\"container\"><h1>Pardon Our Interruption...</h1><p>As you were browsing something about your browser made us think you were a bot. There are a few reasons this might happen:</p><ul><li>You're a power user moving through this website with super-human speed.</li><li>You've disabled cookies in your web browser.</li><li>A third-party browser plugin, such as Ghostery or NoScript, is preventing JavaScript from running.</li></ul><p>To regain access, please make sure that cookies and JavaScript are enabled before reloading the page.</p></div>",
    C,
    bare=True,
)
add(
    "arvan-fa",
    "fa",
    "در حال انتقال به سایت",
    '<div class="c"><h1>در حال انتقال به سایت مورد نظر هستید...</h1><p>لطفاً چند لحظه صبر کنید تا مرورگر شما بررسی شود.</p><span>ArvanCloud</span></div>',
    C,
    bare=True,
)
add(
    "ar-human",
    "ar",
    "التحقق من الزائر",
    '<h1>نتأكد من أنك لست روبوتًا</h1><p>يرجى إكمال اختبار التحقق أدناه للمتابعة إلى الموقع. رقم المرجع 7712.</p><form id="verify"><input type="checkbox"> أنا لست روبوتًا</form>',
    C,
    bare=True,
)
add(
    "fr-robot",
    "fr",
    "Vérification de sécurité",
    "<h1>Vérification que vous n'êtes pas un robot</h1><p>Veuillez patienter pendant la vérification de votre navigateur. Vous serez redirigé automatiquement dans quelques secondes.</p>",
    C,
    bare=True,
)
add(
    "de-bot",
    "de",
    "Sicherheitsüberprüfung",
    '<h1>Sind Sie ein Mensch?</h1><p>Ungewöhnlicher Datenverkehr aus Ihrem Netzwerk. Bitte lösen Sie das Captcha, um die Seite zu öffnen.</p><form><input name="captcha"></form>',
    C,
    bare=True,
)
add(
    "fastly",
    "en",
    "Client Challenge",
    '<noscript><div>JavaScript is disabled in your browser. Please enable JavaScript to proceed.</div></noscript><div id="loading-error">A required part of this site couldn\'t load. This may be due to a browser extension, network issues, or browser settings.</div><script src="/_fs-ch-1T1wmsGaOgGaSxcX/script.js"></script>',
    C,
    bare=True,
)
add(
    "too-many",
    "en",
    "Too Many Requests",
    "<h1>Too many requests</h1><p>You have sent too many requests in a given amount of time. Please slow down and try again later.</p>",
    {C, E},
    bare=True,
)
add(
    "wordfence",
    "en",
    "Your access to this site has been limited",
    "<h1>Your access to this site has been limited by the site owner</h1><p>Your access to this service has been limited. (HTTP response code 503)</p><p>If you think you have been blocked in error, contact the owner of this site for assistance.</p><h3>Block Technical Data</h3><table><tr><td>Block Reason:</td><td>Exceeded the maximum number of page requests per minute for crawlers.</td></tr></table>",
    C,
    bare=True,
)
add(
    "qrator-ru-en",
    "en",
    "403",
    '<center><h1>Forbidden</h1><p>Sorry, your request has been denied. Your IP: 203.0.113.9. Guru meditation: ab12</p><a href="mailto:mail@qrator.net">If you are sure it is an error, please contact us</a></center>',
    {C, E},
    bare=True,
)
# ---------------------------------------------------------------- consent
add(
    "onetrust-wall",
    "en",
    "Marsh Courier",
    '<div id="onetrust-consent-sdk"><div id="onetrust-banner-sdk" role="dialog"><h2 id="onetrust-policy-title">We value your privacy</h2><div id="onetrust-policy-text">We and our 842 partners store and access personal data, like browsing data or unique identifiers, on your device. Selecting I Accept enables tracking technologies to support the purposes shown.</div><button>I Accept</button><button>Reject All</button><button>Show Purposes</button></div></div>',
    CO,
    bare=True,
)
add(
    "didomi-fr",
    "fr",
    "Le Courrier du Lac",
    '<div id="didomi-host"><div class="didomi-popup-notice" role="dialog"><h1 class="didomi-popup-notice-title">Bienvenue sur Le Courrier du Lac</h1><div class="didomi-popup-notice-text"><p>Avec votre accord, nos partenaires et nous utilisons des cookies ou technologies similaires pour stocker, consulter et traiter des données personnelles telles que votre visite sur ce site.</p><p>Vous pouvez retirer votre consentement ou vous opposer aux traitements à tout moment en cliquant sur « En savoir plus ».</p></div><button>Accepter</button><button>Continuer sans accepter</button></div></div>',
    CO,
    bare=True,
)
add(
    "sourcepoint-de",
    "de",
    "Moorbote",
    '<div class="message-container"><p class="hd">Moorbote mit Werbung lesen</p><p>Besuchen Sie uns wie gewohnt mit Werbung und Tracking. Details zum Tracking finden Sie in der Datenschutzerklärung und im Privacy Center.</p><button>Akzeptieren und weiter</button><p>... oder Moorbote PUR abonnieren</p><p>Nutzen Sie unser Angebot ohne Werbetracking und werbefrei für 2,99 € pro Woche. Bereits PUR-Leser? Hier anmelden.</p></div><iframe id="sp_message_iframe_1" src="https://cdn.privacy-mgmt.com/index.html?message_id=1"></iframe>',
    CO,
    bare=True,
)
add(
    "quantcast",
    "es",
    "El Correo del Lago",
    '<div class="qc-cmp2-container" id="qc-cmp2-container"><div id="qc-cmp2-ui" role="dialog"><h2>Tu privacidad es importante para nosotros</h2><p>Nosotros y nuestros socios almacenamos o accedemos a información en un dispositivo, tales como cookies, y procesamos datos personales, con su permiso.</p><button>MÁS OPCIONES</button><button>ACEPTO</button></div></div>',
    CO,
    bare=True,
)
add(
    "google-consent",
    "en",
    "Before you continue to Marsh",
    '<h1>Before you continue to Marsh</h1><p>We use cookies and data to deliver and maintain our services, track outages and protect against spam, fraud and abuse.</p><form action="https://consent.marsh.example/save"><button>Reject all</button><button>Accept all</button></form>',
    CO,
    bare=True,
)
add(
    "tcf-tr",
    "tr",
    "Sazlık Postası",
    '<div class="fc-consent-root"><div class="fc-dialog"><h1>Sazlık Postası verilerinizi kullanmak için izninizi istiyor</h1><ul><li>Kişiselleştirilmiş reklamcılık ve içerik, reklam ve içerik ölçümü</li><li>Bir cihazda bilgi saklama ve/veya bilgilere erişme</li></ul><p>Kişisel verileriniz işlenecek ve cihazınızdaki bilgiler 140 iş ortağı tarafından saklanabilir ve paylaşılabilir.</p><button>İzin ver</button><button>Seçenekleri yönet</button></div></div>',
    CO,
    bare=True,
)
add(
    "pur-abo",
    "de",
    "Ihre Wahl | Moorbote",
    "<h1>Ihre Wahl: mit Werbung oder im Abo</h1><p>Um unser Angebot zu nutzen, benötigen wir Ihre Zustimmung zu Cookies und ähnlichen Techniken. Wir und bis zu 213 Partner verarbeiten dabei personenbezogene Daten.</p><p>Alternativ können Sie unser werbefreies Abo für 3,99 Euro im Monat abschließen.</p><button>Zustimmen</button>",
    CO,
    bare=True,
)
add(
    "fr-cookiewall",
    "fr",
    "Votre choix concernant les cookies",
    "<h1>Vous avez choisi de refuser les cookies</h1><p>Pour accéder au contenu gratuitement, acceptez le dépôt de cookies publicitaires. Vos choix sont conservés six mois.</p><p>Sinon, abonnez-vous dès 1 € le premier mois pour lire sans traceurs.</p>",
    CO,
    bare=True,
)
add(
    "ar-cookies",
    "ar",
    "إعدادات الخصوصية",
    '<div class="cmp"><h2>نستخدم ملفات تعريف الارتباط</h2><p>نستخدم نحن وشركاؤنا ملفات تعريف الارتباط لتحسين تجربتك وعرض إعلانات مخصصة لك. بالضغط على موافق فإنك تقبل استخدامها.</p><button>موافق</button><button>رفض</button></div>',
    CO,
    bare=True,
)
# ---------------------------------------------------------------- soft errors
for l, t, h, p, st in [
    (
        "en",
        "Marsh Courier",
        "Sorry, we couldn't find that page",
        "The page you requested may have been moved, renamed or deleted. Here are some of our latest stories instead.",
        0,
    ),
    (
        "de",
        "Seite nicht gefunden - Moorbote",
        "Diese Seite gibt es leider nicht (mehr)",
        "Die von Ihnen aufgerufene Seite wurde verschoben oder existiert nicht mehr. Vielleicht interessiert Sie einer dieser Artikel.",
        1,
    ),
    (
        "fr",
        "Erreur - Le Courrier du Lac",
        "Oups ! Cette page est introuvable",
        "Le contenu que vous recherchez n'est plus disponible ou l'adresse est erronée. Découvrez nos derniers articles.",
        2,
    ),
    (
        "es",
        "El Correo del Lago",
        "Página no encontrada",
        "Lo sentimos, el contenido que busca ya no está disponible. Quizá le interesen estas noticias.",
        3,
    ),
    (
        "ar",
        "صحيفة المرج",
        "عذرا، لم نتمكن من العثور على الصفحة",
        "الرابط الذي اتبعته قد يكون قديما أو أن المادة حذفت من الموقع. إليك أحدث الأخبار.",
        0,
    ),
    (
        "fa",
        "روزنامه مرداب",
        "صفحه مورد نظر شما پیدا نشد",
        "ممکن است این صفحه حذف شده یا نشانی آن تغییر کرده باشد. تازه‌ترین خبرها را در زیر ببینید.",
        1,
    ),
    (
        "tr",
        "Sazlık Postası",
        "Aradığınız sayfa bulunamadı",
        "Aradığınız sayfa kaldırılmış, adı değiştirilmiş ya da geçici olarak kullanılamıyor olabilir. Son haberlere göz atın.",
        3,
    ),
]:
    add(
        f"soft404-{l}",
        l,
        t,
        f"<h1>{h}</h1><p>{p}</p>{heads(l, 8, text=(l in 'enar'))}",
        {E, L},
        style=st,
    )
    add(f"soft404bare-{l}", l, t, f"<h1>{h}</h1><p>{p}</p>", E, style=st)
add(
    "soft404-expired",
    "en",
    "Marsh Courier",
    '<div class="msg"><h2>This story is no longer available</h2><p>For legal or editorial reasons this article has been removed from our website.</p></div>',
    E,
    style=1,
)
add(
    "soft404-ar-div",
    "ar",
    "صحيفة المرج",
    '<div class="notfound"><div class="big">٤٠٤</div><div>الصفحة المطلوبة غير موجودة، يمكنك العودة إلى الصفحة الرئيسية أو استخدام البحث.</div></div>',
    E,
    style=3,
)
add(
    "soft500-fr",
    "fr",
    "Le Courrier du Lac",
    "<h1>Une erreur est survenue</h1><p>Notre site rencontre actuellement des difficultés techniques. Nos équipes travaillent à un retour à la normale.</p>",
    E,
    bare=True,
)
add(
    "maint-es",
    "es",
    "Mantenimiento",
    "<h1>Sitio en mantenimiento</h1><p>Estamos realizando tareas de mantenimiento. Volveremos en unos minutos, disculpe las molestias.</p>",
    E,
    bare=True,
)
add(
    "maint-de",
    "de",
    "Wartungsarbeiten",
    "<h1>Wartungsarbeiten</h1><p>Unsere Seite wird gerade gewartet und ist in Kürze wieder für Sie da. Wir bitten um Verständnis.</p>",
    E,
    bare=True,
)
add(
    "geo",
    "en",
    "Unavailable for legal reasons",
    "<h1>451: Unavailable due to legal reasons</h1><p>We recognize you are attempting to access this website from a country belonging to the European Economic Area (EEA) including the EU which enforces the General Data Protection Regulation (GDPR) and therefore access cannot be granted at this time.</p>",
    {E, C},
    bare=True,
)
# ---------------------------------------------------------------- login
for l, t, p in [
    (
        "en",
        "Sign in",
        "Sign in to your Marsh Courier account to read on, manage newsletters and comment on stories.",
    ),
    (
        "de",
        "Anmelden",
        "Melden Sie sich mit Ihrem Konto an, um auf alle Inhalte des Moorboten zuzugreifen.",
    ),
    (
        "es",
        "Iniciar sesión",
        "Inicia sesión con tu cuenta para seguir leyendo El Correo del Lago en todos tus dispositivos.",
    ),
    (
        "tr",
        "Giriş Yap",
        "Hesabınıza giriş yaparak haberlere yorum yapabilir ve bültenlerimizi yönetebilirsiniz.",
    ),
    (
        "fr",
        "Se connecter",
        "Connectez-vous à votre compte pour retrouver vos articles enregistrés et vos lettres.",
    ),
    (
        "fa",
        "ورود به حساب کاربری",
        "برای ادامه خواندن لطفاً وارد حساب کاربری خود در روزنامه مرداب شوید.",
    ),
]:
    add(
        f"login-{l}",
        l,
        f"{t} | {SITE[l]}",
        f'<h1>{t}</h1><form method="post" action="/login"><p>{p}</p><label>E-mail <input name="email"></label><label><input type="password" name="password"></label><button>{t}</button></form>',
        {S, E},
        path="/login",
        style=1,
    )
# ---------------------------------------------------------------- listings
for k, l in enumerate(WORDS):
    add(
        f"home-{l}",
        l,
        SITE[l],
        f'<div class="lead"><h2><a href="/x/900">{HEADS[l][0]}</a></h2><p>{WORDS[l][0]} {WORDS[l][1]}</p></div>{heads(l, 9, start=1, text=True)}',
        L,
        path="/",
        style=k % 4,
    )
    add(
        f"tag-{l}",
        l,
        f"{NAV[l][2]} | {SITE[l]}",
        f'<h1>{NAV[l][2]}</h1><p class="description">{WORDS[l][2]} {WORDS[l][3]}</p>{heads(l, 10)}<a href="?page=2">2</a>',
        L,
        path=f"/tag/{k}",
        style=(k + 1) % 4,
    )
    add(
        f"author-{l}",
        l,
        f"{['Ann Lee', 'سلمى الراوي', 'Jan Voss', 'Luc Petit', 'Eva Ruiz', 'مینا رضایی', 'Can Acar'][k % 7]} | {SITE[l]}",
        f'<h1>{["Ann Lee", "سلمى الراوي", "Jan Voss", "Luc Petit", "Eva Ruiz", "مینا رضایی", "Can Acar"][k % 7]}</h1><img src="/a.jpg"><p class="bio">{WORDS[l][1]}</p><p>{WORDS[l][4]}</p>{heads(l, 10, text=k % 2 == 0)}',
        L,
        path=f"/author/{k}",
        style=(k + 2) % 4,
    )
    q = {
        "en": "Search results for “bridge”",
        "ar": "نتائج البحث عن: جسر",
        "de": "Suchergebnisse für „Steg“",
        "fr": "Résultats de recherche pour « pont »",
        "es": "Resultados de búsqueda para «puente»",
        "fa": "نتایج جستجو برای پل",
        "tr": "“Köprü” için arama sonuçları",
    }[l]
    add(
        f"search-{l}",
        l,
        f"{q} | {SITE[l]}",
        f'<h1>{q}</h1><form><input type="search"></form>{heads(l, 10, text=True)}',
        L,
        path="/search?q=x",
        style=(k + 3) % 4,
    )
add(
    "home-long-en",
    "en",
    "Marsh Courier - News from the marshes",
    "<h1>Marsh Courier</h1>"
    + "".join(
        f'<section><h2><a href="/x/{i}">{HEADS["en"][i]}</a></h2><p>{" ".join(WORDS["en"][:3])}</p><p>{WORDS["en"][4]} {WORDS["en"][3]} <a href="/x/{i}">Read more</a></p></section>'
        for i in range(8)
    ),
    L,
    path="/",
    style=0,
)
add(
    "home-blog",
    "en",
    "Marsh Notes",
    "<h1>Marsh Notes</h1>"
    + "".join(
        f'<article class="post"><header><h2><a href="/2026/0{i}/p">{HEADS["en"][i]}</a></h2><time datetime="2026-0{i + 1}-03">3 {i + 1} 2026</time></header><div class="entry-summary">{paras("en", 2)}</div></article>'
        for i in range(6)
    ),
    L,
    path="/",
    style=0,
)
add(
    "section-nolinkheads",
    "en",
    "Politics - Marsh Courier",
    "".join(
        f'<a class="card" href="/x/{i}"><div><img src="/{i}.jpg"></div><div><h3>{HEADS["en"][i]}</h3><p>{WORDS["en"][i % 5]}</p><span>2 hours ago</span></div></a>'
        for i in range(10)
    ),
    L,
    path="/politics",
    style=3,
)
add(
    "section-few",
    "de",
    "Kultur | Moorbote",
    f"<h1>Kultur</h1>{heads('de', 3, text=True)}",
    L,
    path="/kultur",
    style=0,
)
add(
    "page2-list",
    "tr",
    "Ekonomi - Sayfa 2",
    f"<h1>Ekonomi</h1>{heads('tr', 7, text=True)}",
    L,
    path="/ekonomi/sayfa/2",
    style=1,
)
add(
    "sitemap-html",
    "fr",
    "Plan du site",
    f"<h1>Plan du site</h1>{heads('fr', 10, tag='span')}",
    L,
    path="/plan-du-site",
    style=2,
)
add(
    "archive-day",
    "es",
    "Hemeroteca: 3 de marzo de 2026",
    f"<h1>Hemeroteca: 3 de marzo de 2026</h1>{heads('es', 10, tag='div')}",
    L,
    path="/hemeroteca/2026-03-03",
    style=1,
)
add(
    "topics",
    "ar",
    "ملفات",
    "<h1>ملفات</h1>"
    + "".join(
        f'<div class="topic"><a href="/t/{i}"><h3>{HEADS["ar"][i]}</h3></a><p>{WORDS["ar"][i % 5]}</p></div>'
        for i in range(5)
    ),
    L,
    path="/topics",
    style=3,
)
# ---------------------------------------------------------------- video / audio / gallery
add(
    "video-og",
    "en",
    "Watch: the footbridge from above",
    f'<h1>Watch: the footbridge from above</h1><div class="player"><video src="/v.mp4"></video></div><p>{WORDS["en"][0]}</p>{heads("en", 6)}',
    V,
    head='<meta property="og:type" content="video.other">',
    path="/video/412",
    style=0,
)
add(
    "video-ld-ar",
    "ar",
    "فيديو.. جسر المشاة من الجو",
    f'<h1>فيديو.. جسر المشاة من الجو</h1><iframe src="https://player.example/e/1"></iframe><p>{WORDS["ar"][0]}</p>',
    V,
    head=ld(
        **{
            "@type": "VideoObject",
            "name": "فيديو.. جسر المشاة من الجو",
            "description": WORDS["ar"][0],
            "uploadDate": "2026-03-03",
        }
    ),
    path="/video/77",
    style=3,
)
add(
    "video-de",
    "de",
    "Video: Der Steg von oben",
    f'<h1>Video: Der Steg von oben</h1><div class="video-js" data-video-id="4"></div><p>{WORDS["de"][1]}</p><h2>Weitere Videos</h2>{heads("de", 8)}',
    V,
    head=ld(
        **{"@type": "WebPage", "mainEntity": {"@type": "VideoObject", "name": "Der Steg von oben"}}
    ),
    path="/video/steg-4711.html",
    style=1,
)
add(
    "video-plain-tr",
    "tr",
    "Köprü havadan böyle görüntülendi",
    f'<h1>Köprü havadan böyle görüntülendi</h1><video controls poster="/p.jpg"><source src="/v.mp4"></video><p>{WORDS["tr"][2]}</p>',
    {V, A},
    path="/video/kopru-havadan",
    style=2,
)
add(
    "gallery-ld",
    "en",
    "In pictures: the flood of March",
    "<h1>In pictures: the flood of March</h1>"
    + "".join(
        f'<figure><img src="/{i}.jpg"><figcaption>{w}</figcaption></figure>'
        for i, w in enumerate(WORDS["en"])
    ),
    G,
    head=ld(**{"@type": "ImageGallery", "name": "In pictures"}),
    path="/gallery/9",
    style=0,
)
add(
    "gallery-fr",
    "fr",
    "Le lac en images",
    '<h1>Le lac en images</h1><p>Notre photographe a suivi la décrue pendant une semaine entière.</p><div class="diaporama">'
    + "".join(
        f'<div class="slide"><img src="/{i}.jpg"><div class="legende">{w}</div></div>'
        for i, w in enumerate(WORDS["fr"])
    )
    + "</div>",
    {G, A},
    path="/diaporama/lac",
    style=1,
)
add(
    "gallery-ar",
    "ar",
    "بالصور.. السيل يجرف الجسر",
    '<h1>بالصور.. السيل يجرف الجسر</h1><p>مشاهد من السيل الذي ضرب البلدة صباح اليوم.</p><ul class="photos">'
    + "".join(f'<li><img src="/{i}.jpg" alt="{w}"></li>' for i, w in enumerate(WORDS["ar"]))
    + "</ul>",
    {G, A},
    head=ld(**{"@type": "MediaGallery", "headline": "بالصور"}),
    path="/photos/33",
    style=3,
)
add(
    "podcast",
    "en",
    "Episode 41: Who owns the lake?",
    f'<h1>Episode 41: Who owns the lake?</h1><audio src="/41.mp3" controls></audio><p>{WORDS["en"][1]}</p><p>Listen on Apple Podcasts, Spotify or wherever you get your podcasts.</p>',
    AU,
    head=ld(
        **{
            "@type": "PodcastEpisode",
            "name": "Who owns the lake?",
            "datePublished": "2026-03-03",
            "partOfSeries": {"@type": "PodcastSeries", "name": "Marsh Talk"},
        }
    ),
    path="/podcast/41",
    style=0,
)
add(
    "podcast-de",
    "de",
    "Folge 12: Wem gehört der See?",
    f'<h1>Folge 12: Wem gehört der See?</h1><div class="audio-player"><audio src="/12.mp3"></audio></div><p>{WORDS["de"][1]}</p>',
    AU,
    head='<meta property="og:type" content="music.song">',
    path="/podcast/12",
    style=1,
)
# ---------------------------------------------------------------- service pages
add(
    "weather-en",
    "en",
    "Weather in Lower Marsh: 10-day forecast",
    "<h1>Weather in Lower Marsh</h1><p>Partly cloudy this afternoon with a high of 14 degrees and light wind from the west.</p><table>"
    + "".join(
        f"<tr><th>{d}</th><td>{i + 9}°</td><td>{i + 2}°</td><td>Cloudy</td></tr>"
        for i, d in enumerate("Mon Tue Wed Thu Fri Sat Sun".split())
    )
    + "</table>",
    {L, S},
    path="/weather/lower-marsh",
    style=0,
)
add(
    "weather-ar",
    "ar",
    "حالة الطقس في المرج السفلي اليوم",
    '<h1>حالة الطقس في المرج السفلي</h1><div class="now">18°</div><div>غائم جزئيا</div><table>'
    + "".join(
        f"<tr><td>{d}</td><td>{i + 19}°</td><td>{i + 12}°</td></tr>"
        for i, d in enumerate("السبت الأحد الاثنين الثلاثاء الأربعاء".split())
    )
    + "</table>",
    {L, S},
    path="/weather",
    style=3,
)
add(
    "scores",
    "tr",
    "Canlı Skor: Sazlıkspor 2-1 Gölspor",
    '<h1>Sazlıkspor 2 - 1 Gölspor</h1><div class="status">Maç sonucu</div><ul>'
    + "".join(f"<li>{m}' Gol, A. Kaya</li>" for m in (12, 44, 80))
    + "</ul><table><tr><td>Topla oynama</td><td>%54</td><td>%46</td></tr><tr><td>Şut</td><td>11</td><td>9</td></tr></table>",
    {L, S},
    path="/canli-skor/991",
    style=1,
)
add(
    "prayer",
    "ar",
    "مواقيت الصلاة اليوم في المرج",
    "<h1>مواقيت الصلاة اليوم</h1><table><tr><td>الفجر</td><td>4:41</td></tr><tr><td>الظهر</td><td>12:20</td></tr><tr><td>العصر</td><td>3:44</td></tr><tr><td>المغرب</td><td>6:31</td></tr></table>",
    {L, S},
    path="/prayer",
    style=0,
)
add(
    "stocks",
    "de",
    "Aktienkurs Moorbank AG",
    "<h1>Moorbank AG</h1><div>12,40 EUR +0,4 %</div><table>"
    + "".join(
        f"<tr><td>{k}</td><td>{v}</td></tr>"
        for k, v in [
            ("Eröffnung", "12,30"),
            ("Tageshoch", "12,55"),
            ("Tagestief", "12,21"),
            ("Volumen", "88.120"),
        ]
    )
    + "</table>",
    {L, S},
    path="/boerse/moorbank",
    style=1,
)
add(
    "product",
    "en",
    "Marsh Courier Tote Bag",
    '<h1>Marsh Courier Tote Bag</h1><img src="/t.jpg"><p>£12.00</p><p>A sturdy bag of unbleached cotton with our masthead printed by hand, made for newspapers, bread and rain.</p><button>Add to basket</button>',
    S,
    head='<meta property="og:type" content="product">'
    + ld(
        **{
            "@type": "Product",
            "name": "Tote Bag",
            "offers": {"@type": "Offer", "price": "12.00", "priceCurrency": "GBP"},
        }
    ),
    path="/shop/tote-bag",
    style=0,
)
add(
    "product-fr",
    "fr",
    "Sac en toile du Courrier",
    "<h1>Sac en toile du Courrier</h1><p>Un sac solide en coton écru, imprimé à la main, fait pour les journaux, le pain et la pluie.</p><p>Livraison sous cinq jours ouvrés en France métropolitaine.</p><button>Ajouter au panier</button>",
    S,
    head=ld(**{"@type": "Product", "name": "Sac", "offers": {"@type": "Offer", "price": "12"}}),
    path="/boutique/sac",
    style=1,
)
ABOUT = {
    "en": ("About us", "/about"),
    "ar": ("من نحن", "/about"),
    "de": ("Über uns", "/ueber-uns"),
    "fr": ("Qui sommes-nous ?", "/qui-sommes-nous"),
    "es": ("Quiénes somos", "/quienes-somos"),
    "fa": ("درباره ما", "/about"),
    "tr": ("Hakkımızda", "/hakkimizda"),
}
PRIV = {
    "en": ("Privacy Policy", "/privacy-policy"),
    "ar": ("سياسة الخصوصية", "/privacy"),
    "de": ("Datenschutzerklärung", "/datenschutz"),
    "fr": ("Politique de confidentialité", "/confidentialite"),
    "es": ("Política de privacidad", "/politica-de-privacidad"),
    "fa": ("حریم خصوصی", "/privacy"),
    "tr": ("Gizlilik Politikası", "/gizlilik"),
}
CONT = {
    "en": ("Contact us", "/contact"),
    "ar": ("اتصل بنا", "/contact-us"),
    "de": ("Kontakt", "/kontakt"),
    "fr": ("Contact", "/contact"),
    "es": ("Contacto", "/contacto"),
    "fa": ("تماس با ما", "/contact"),
    "tr": ("İletişim", "/iletisim"),
}
for k, l in enumerate(WORDS):
    add(
        f"about-{l}",
        l,
        f"{ABOUT[l][0]} | {SITE[l]}",
        f"<h1>{ABOUT[l][0]}</h1>{paras(l, 5)}",
        S,
        path=ABOUT[l][1],
        style=k % 4,
    )
    add(
        f"privacy-{l}",
        l,
        f"{PRIV[l][0]} - {SITE[l]}",
        f"<h1>{PRIV[l][0]}</h1>"
        + "".join(f"<h2>{i}.</h2><p>{w}</p>" for i, w in enumerate(WORDS[l] * 4)),
        S,
        path=PRIV[l][1],
        style=(k + 1) % 4,
    )
    add(
        f"contact-{l}",
        l,
        f"{CONT[l][0]} - {SITE[l]}",
        f"<h1>{CONT[l][0]}</h1><p>{WORDS[l][4]}</p><p>news@marsh.example, +44 1234 567</p>",
        S,
        path=CONT[l][1],
        style=(k + 2) % 4,
    )
add(
    "impressum",
    "de",
    "Impressum",
    "<h1>Impressum</h1><p>Moorbote Verlag GmbH, Am Wehr 3, 12345 Niedermoor. Verantwortlich für den Inhalt: Jan Voss.</p><p>Registergericht Niedermoor, HRB 1234. Umsatzsteuer-Identifikationsnummer DE123.</p>",
    S,
    path="/impressum",
    style=0,
)
add(
    "terms",
    "en",
    "Terms and Conditions | Marsh Courier",
    "<h1>Terms and Conditions</h1>" + paras("en"),
    S,
    path="/terms",
    style=2,
)
add(
    "subscribe",
    "fr",
    "Abonnez-vous | Le Courrier du Lac",
    "<h1>Abonnez-vous</h1><p>Choisissez la formule qui vous convient et soutenez un journalisme indépendant au bord du lac.</p><ul><li>Numérique 5 €</li><li>Intégral 9 €</li></ul>",
    S,
    path="/abonnement",
    style=0,
)
# ---------------------------------------------------------------- paywalls
PWM = {
    "en": ("Subscribe to continue reading", "Already a subscriber? Sign in."),
    "de": ("Jetzt weiterlesen mit Moorbote Plus", "Sie sind bereits Abonnent? Hier anmelden."),
    "fr": ("La suite est réservée aux abonnés", "Déjà abonné ? Connectez-vous."),
    "es": ("Contenido exclusivo para suscriptores", "¿Ya eres suscriptor? Inicia sesión."),
    "ar": ("هذا المحتوى للمشتركين فقط", "لديك اشتراك؟ سجل الدخول."),
    "tr": ("Devamını okumak için abone olun", "Zaten abone misiniz? Giriş yapın."),
    "fa": ("ادامه این مطلب ویژه مشترکان است", "مشترک هستید؟ وارد شوید."),
}
for k, l in enumerate(WORDS):
    lock = ld(
        **{
            "@type": "NewsArticle",
            "headline": TITLE[l],
            "datePublished": "2026-03-03T10:00:00Z",
            "isAccessibleForFree": False,
            "hasPart": {
                "@type": "WebPageElement",
                "isAccessibleForFree": False,
                "cssSelector": ".premium",
            },
        }
    )
    box = f'<div class="offer-wall"><h3>{PWM[l][0]}</h3><p>{PWM[l][1]}</p></div>'
    add(
        f"pay1-{l}",
        l,
        TITLE[l],
        f'<h1>{TITLE[l]}</h1><div class="txt"><p>{WORDS[l][0]}</p></div>{box}',
        PW,
        head=OGA + lock,
        style=k % 4,
    )
    add(
        f"pay2-{l}",
        l,
        TITLE[l],
        f'<h1>{TITLE[l]}</h1><div class="txt"><p>{WORDS[l][0]}</p><p>{WORDS[l][1][:-1]}…</p></div>{box}',
        PW,
        head=OGA + lock,
        style=k % 4,
    )
    add(
        f"paywhole-{l}",
        l,
        TITLE[l],
        f'<h1>{TITLE[l]}</h1><div class="txt"><p>{WORDS[l][0]}</p><div class="premium">{"".join(f"<p>{w}</p>" for w in WORDS[l][1:])}</div></div>{box}',
        A,
        head=OGA + lock,
        style=k % 4,
    )
    add(
        f"paybanner-{l}",
        l,
        TITLE[l],
        f'<div class="sub-banner"><a href="/abo">{PWM[l][0]}</a></div><h1>{TITLE[l]}</h1><div class="txt">{paras(l)}</div>',
        A,
        head=OGA
        + ld(
            **{
                "@type": "NewsArticle",
                "headline": TITLE[l],
                "datePublished": "2026-03-03T10:00:00Z",
            }
        ),
        style=k % 4,
    )
add(
    "pay2-noLD",
    "en",
    TITLE["en"],
    f'<h1>{TITLE["en"]}</h1><div class="a">{paras("en", 2)}</div><div class="paywall"><h2>Read the full story</h2><p>Subscribe now to continue reading. £1 for your first month.</p></div>',
    PW,
    head=OGA,
    style=0,
)
add(
    "pay2-words",
    "en",
    TITLE["en"],
    f'<h1>{TITLE["en"]}</h1><div class="a">{paras("en", 2)}</div><div class="gate"><p>You have reached your article limit. Register for free to continue reading.</p></div>',
    PW,
    head=OGA + ld(**{"@type": "NewsArticle", "headline": TITLE["en"], "wordCount": 900}),
    style=1,
)
# ---------------------------------------------------------------- real ones
add(
    "art-404",
    "en",
    "Why the 404 error became a work of art",
    "<h1>Why the 404 error became a work of art</h1><p>The message “page not found” is known to everyone who has ever mistyped an address, and designers love it.</p><p>A small museum in Lower Marsh now shows two hundred of them, from the plain to the absurd.</p><p>“Each of them is an apology,” the curator said on Tuesday.</p>",
    A,
    style=0,
)
add(
    "art-captcha",
    "en",
    "Verify you are human: how captchas lost the race",
    "<h1>Verify you are human: how captchas lost the race</h1><p>Machines now solve the puzzles of traffic lights faster than people do, a study by two students in Lower Marsh has found.</p><p>They tested nine services for a month. “We expected to lose against the robots, not by that much,” one of them said.</p>",
    A,
    style=1,
)
add(
    "art-captcha-short",
    "en",
    "Are you human? Town hall drops its captcha",
    "<h1>Are you human? Town hall drops its captcha</h1><p>The town hall has taken the captcha off its website after a hundred complaints, a spokesman said on Monday.</p>",
    A,
    style=0,
)
add(
    "art-cookies",
    "de",
    "Datenschutz: Rat streitet über Cookies auf der Seite der Stadt",
    "<h1>Datenschutz: Rat streitet über Cookies auf der Seite der Stadt</h1><p>Auf der Seite der Stadt wurden jahrelang Cookies ohne Einwilligung gesetzt, wie der Beauftragte für den Datenschutz am Montag im Rat mitteilte.</p><p>Die Bürgermeisterin sagte, die Zustimmung werde jetzt eingeholt.</p>",
    A,
    style=1,
)
add(
    "art-datenschutz-short",
    "de",
    "Datenschutz: Land prüft Kameras am Bahnhof von Niedermoor",
    "<h1>Datenschutz: Land prüft Kameras am Bahnhof von Niedermoor</h1><p>Die Aufsicht des Landes prüft die neuen Kameras am Bahnhof, teilte eine Sprecherin mit.</p>",
    A,
    style=0,
)
add(
    "art-vieprivee",
    "fr",
    "Votre vie privée au travail : ce que change la loi",
    "<h1>Votre vie privée au travail : ce que change la loi</h1><p>La loi adoptée mardi limite la surveillance des messages des salariés par leur employeur.</p><p>Elle entre en vigueur au mois de mai.</p>",
    A,
    style=2,
)
add(
    "art-500",
    "en",
    "500 workers walk out at the cotton mill",
    "<h1>500 workers walk out at the cotton mill</h1><p>Some 500 workers walked out at the cotton mill on Monday morning, the union said.</p>",
    A,
    style=0,
)
add(
    "art-410",
    "ar",
    "إصابة 403 أشخاص في حوادث السير هذا الشهر",
    "<h1>إصابة 403 أشخاص في حوادث السير هذا الشهر</h1><p>أصيب 403 أشخاص في حوادث سير خلال الشهر الجاري، بحسب مديرية المرور.</p>",
    A,
    style=3,
)
add(
    "art-maint",
    "en",
    "Swimming pool closed, under maintenance until June",
    "<h1>Swimming pool closed, under maintenance until June</h1><p>The public pool will stay closed until June while its heating is replaced, the town said.</p>",
    A,
    style=1,
)
add(
    "art-breaking-ar",
    "ar",
    "عاجل: استقالة رئيس البلدية",
    "<h1>عاجل: استقالة رئيس البلدية</h1><p>قدم رئيس البلدية استقالته مساء اليوم.</p>",
    A,
    style=0,
)
add(
    "art-breaking-tr",
    "tr",
    "Son dakika: Belediye başkanı istifa etti",
    "<h1>Son dakika: Belediye başkanı istifa etti</h1><p>Belediye başkanı bu akşam görevinden istifa ettiğini açıkladı.</p>",
    A,
    style=2,
)
add(
    "art-notfound",
    "en",
    "Body of missing hiker not found after a week",
    "<h1>Body of missing hiker not found after a week</h1><p>The search for a hiker missing since Monday has ended without result, police said.</p>",
    A,
    style=0,
)
add(
    "art-accessdenied",
    "en",
    "Access denied: journalists shut out of council meeting",
    "<h1>Access denied: journalists shut out of council meeting</h1><p>Reporters were turned away at the door of the town hall on Tuesday evening, for the first time in thirty years.</p><p>The mayor spoke of a lack of chairs.</p>",
    A,
    style=1,
)
add(
    "art-longrelated",
    "es",
    TITLE["es"],
    f"<h1>{TITLE['es']}</h1>{paras('es', 3)}<h2>Más noticias</h2>{heads('es', 10)}{heads('es', 10, start=10, css='mas')}{heads('es', 10, start=20, css='otra')}",
    A,
    style=0,
)
add(
    "art-longrelated-noog",
    "fa",
    TITLE["fa"],
    f"<h1>{TITLE['fa']}</h1><div>۱۲ اسفند ۱۴۰۴</div>{paras('fa', 2)}<div>{heads('fa', 10, text=True)}{heads('fa', 10, start=10)}{heads('fa', 10, start=20)}</div>",
    A,
    style=1,
)
add(
    "art-comments",
    "en",
    TITLE["en"],
    f'<h1>{TITLE["en"]}</h1><div class="story">{paras("en", 4)}</div><section id="comments"><h2>40 comments</h2>'
    + "".join(
        f'<div class="c"><b>reader{i}</b><p>I walked round that lake for years and nobody at the town hall ever asked me about it, number {i}.</p></div>'
        for i in range(40)
    )
    + "</section>",
    A,
    style=0,
)
add(
    "art-video-title",
    "de",
    "Video zeigt Einsturz des Stegs in Niedermoor",
    f"<h1>Video zeigt Einsturz des Stegs in Niedermoor</h1>{paras('de', 4)}",
    A,
    style=1,
)
add(
    "art-video-both",
    "en",
    "Video: footbridge swept away",
    f'<h1>Video: footbridge swept away by the flood</h1><div class="player"><video src="/v.mp4"></video></div>{paras("en", 4)}',
    A,
    head=ld(**{"@type": "VideoObject", "name": "Footbridge"})
    + ld(
        **{
            "@type": "NewsArticle",
            "headline": "Video: footbridge swept away by the flood",
            "datePublished": "2026-03-03",
        }
    ),
    style=0,
)
add(
    "art-gallerylike",
    "fr",
    "Le lac en images : la décrue, jour par jour",
    "<h1>Le lac en images : la décrue, jour par jour</h1>"
    + "".join(
        f'<figure><img src="/{i}.jpg"><figcaption>Photo {i}</figcaption></figure><p>{w}</p>'
        for i, w in enumerate(WORDS["fr"])
    ),
    A,
    style=1,
)
add(
    "art-liveblog",
    "en",
    "Flood live: water still rising",
    "<h1>Flood live: water still rising in Lower Marsh</h1>"
    + "".join(
        f'<div class="post"><time datetime="2026-03-03T1{i}:00:00Z">1{i}:00</time><h2>{HEADS["en"][i]}</h2><p>{WORDS["en"][i % 5]}</p></div>'
        for i in range(6)
    ),
    A,
    head=ld(
        **{
            "@type": "LiveBlogPosting",
            "headline": "Flood live: water still rising in Lower Marsh",
            "datePublished": "2026-03-03T09:00:00Z",
        }
    ),
    style=0,
)
add(
    "art-about-us",
    "en",
    "About us: the twins who run the ferry",
    f"<h1>About us: the twins who run the ferry</h1>{paras('en', 3)}",
    A,
    style=0,
)
add(
    "art-privacy",
    "en",
    "Privacy policy of the county breaks the law, court rules",
    f"<h1>Privacy policy of the county breaks the law, court rules</h1>{paras('en', 3)}",
    A,
    style=1,
)
add(
    "art-contact",
    "de",
    "Kontakt zum Mond abgebrochen",
    "<h1>Kontakt zum Mond abgebrochen</h1>" + paras("de", 3),
    A,
    style=1,
)
add(
    "art-search",
    "en",
    "Search results: what a week of digging found",
    f"<h1>Search results: what a week of digging found</h1>{paras('en', 3)}",
    A,
    style=1,
)
add(
    "art-login",
    "en",
    "Log in, drop out: pupils and their phones",
    f"<h1>Log in, drop out: pupils and their phones</h1>{paras('en', 2)}",
    A,
    style=1,
)
add(
    "art-withform",
    "en",
    TITLE["en"],
    f'<form action="/login"><input name="email"><input type="password"></form><h1>{TITLE["en"]}</h1>{paras("en", 3)}<form class="nl"><p>Sign up to our newsletter</p><input name="email"></form>',
    A,
    style=1,
)
add(
    "art-recaptcha-form",
    "en",
    TITLE["en"],
    f'<h1>{TITLE["en"]}</h1><p>{WORDS["en"][0]}</p><p>{WORDS["en"][1]}</p><form id="comment"><textarea></textarea><div class="g-recaptcha" data-sitekey="x"></div></form>',
    A,
    style=1,
)
add(
    "art-onetrust",
    "en",
    TITLE["en"],
    f'<div id="onetrust-banner-sdk"><h2>We value your privacy</h2><p>We and our partners store and access personal data on your device.</p></div><h1>{TITLE["en"]}</h1><p>{WORDS["en"][0]}</p>',
    A,
    style=1,
)
add(
    "art-weather",
    "en",
    "Frost in May: cold spell hits the orchards",
    f'<h1>Frost in May: cold spell hits the orchards</h1>{paras("en", 3)}<div class="weather"><span>Mon 9°</span></div>',
    A,
    style=0,
)
add(
    "art-score",
    "es",
    "El Lago gana 2-1 al Puerto en el último minuto",
    f"<h1>El Lago gana 2-1 al Puerto en el último minuto</h1>{paras('es', 3)}<table><tr><td>Lago</td><td>2</td></tr><tr><td>Puerto</td><td>1</td></tr></table>",
    A,
    style=1,
)
add(
    "art-product",
    "en",
    "The best waterproof boots for a wet spring",
    f"<h1>The best waterproof boots for a wet spring</h1>{paras('en', 5)}",
    A,
    head=ld(**{"@type": "Article", "headline": "The best waterproof boots for a wet spring"})
    + ld(**{"@type": "Product", "name": "Boot", "review": {"@type": "Review"}}),
    style=0,
)
add(
    "art-podcast",
    "en",
    "Five podcasts to hear this spring",
    f"<h1>Five podcasts to hear this spring</h1>{paras('en', 5)}",
    A,
    style=0,
)
add(
    "art-freefalse-long",
    "de",
    TITLE["de"],
    f'<h1>{TITLE["de"]}</h1><div>{"".join(f"<p>{w}</p>" for w in WORDS["de"] * 4)}</div><p class="paywall-info">Jetzt abonnieren und Moorbote Plus lesen</p>',
    A,
    head=ld(**{"@type": "NewsArticle", "headline": TITLE["de"], "isAccessibleForFree": "False"}),
    style=0,
)
add(
    "cf-ar",
    "ar",
    "لحظة...",
    "<h1>www.marsh.example</h1><p>يتم الآن التحقق من أمان اتصالك. قد يستغرق هذا بضع ثوان.</p><p>يحتاج الموقع إلى مراجعة أمان اتصالك قبل المتابعة.</p>",
    C,
    bare=True,
)
add(
    "cf-fr",
    "fr",
    "Un instant…",
    "<h1>www.marsh.example</h1><p>Vérifiez que vous êtes humain en effectuant l’action ci-dessous.</p><p>www.marsh.example doit vérifier la sécurité de votre connexion avant de continuer.</p>",
    C,
    bare=True,
)
add(
    "cf-es",
    "es",
    "Un momento…",
    "<h1>www.marsh.example</h1><p>Verifique que usted es un ser humano. Esto puede tardar unos segundos.</p><p>www.marsh.example necesita revisar la seguridad de su conexión antes de continuar.</p>",
    C,
    bare=True,
)
add(
    "cf-blocked",
    "en",
    "Attention Required! | Cloudflare",
    "<h1>Sorry, you have been blocked</h1><h2>You are unable to access marsh.example</h2><h2>Why have I been blocked?</h2><p>This website is using a security service to protect itself from online attacks. The action you just performed triggered the security solution. There are several actions that could trigger this block including submitting a certain word or phrase, a SQL command or malformed data.</p><h2>What can I do to resolve this?</h2><p>You can email the site owner to let them know you were blocked. Please include what you were doing when this page came up and the Cloudflare Ray ID found at the bottom of this page.</p>",
    C,
    bare=True,
)
add(
    "cf-521",
    "en",
    "marsh.example | 521: Web server is down",
    "<h1>Web server is down <span>Error code 521</span></h1><div>Visit cloudflare.com for more information.</div><h2>What happened?</h2><p>The web server is not returning a connection. As a result, the web page is not displaying.</p><h2>What can I do?</h2><p>If you are a visitor of this website: please try again in a few minutes.</p>",
    {E, C},
    bare=True,
)
add(
    "dd-block",
    "en",
    "You have been blocked",
    '<div class="blk"><h1>You have been blocked</h1><p>You have been blocked from accessing this page. If you believe this is a mistake, write to support with the ID below.</p><p>ID: 5b1</p></div>',
    C,
    bare=True,
)
add(
    "px-de",
    "de",
    "Zugriff auf diese Seite wurde verweigert",
    '<h1>Drücken und halten</h1><p>Halten Sie die Schaltfläche gedrückt, um zu bestätigen, dass Sie ein Mensch (und kein Bot) sind.</p><div id="px-captcha"></div>',
    C,
    bare=True,
)
add(
    "incap2",
    "en",
    "marsh.example",
    "<p>Error 15</p><p>This request was blocked by our security service</p><p>Your IP: 203.0.113.4</p><p>Incident ID: 77-1</p><p>Powered by Imperva</p>",
    C,
    bare=True,
)
add(
    "geetest-tr",
    "tr",
    "Güvenlik doğrulaması",
    "<h1>Devam etmek için doğrulama yapın</h1><p>Robot olmadığınızı onaylamak için kaydırıcıyı sağa çekin.</p>",
    C,
    bare=True,
)
add(
    "google-sorry",
    "en",
    "https://marsh.example/",
    '<div><p>Our systems have detected unusual traffic from your computer network. This page checks to see if it\'s really you sending the requests, and not a robot.</p><form id="captcha-form"></form></div>',
    C,
    bare=True,
)
add(
    "fa-wait",
    "fa",
    "بررسی مرورگر",
    "<h1>لطفاً صبر کنید</h1><p>سامانه در حال اطمینان از ربات نبودن شماست. پس از چند ثانیه به طور خودکار هدایت می‌شوید.</p>",
    C,
    bare=True,
)
add(
    "rate",
    "de",
    "Zu viele Anfragen",
    "<h1>Zu viele Anfragen</h1><p>Von Ihrem Anschluss kamen in kurzer Zeit ungewöhnlich viele Anfragen. Bitte versuchen Sie es später noch einmal.</p>",
    {C, E},
    bare=True,
)
add(
    "usercentrics",
    "de",
    "Moorbote",
    '<div id="usercentrics-root"><h2>Privatsphäre-Einstellungen</h2><p>Dieses Tool hilft Ihnen, verschiedene Tags, Tracker und Analyse-Tools auf dieser Webseite auszuwählen und zu deaktivieren.</p><button>Alle akzeptieren</button></div>',
    CO,
    bare=True,
)
add(
    "cookie-plain-en",
    "en",
    "Marsh Courier",
    '<div class="modal"><h3>Cookies on this site</h3><p>This site uses cookies to improve your experience and to show you personalised adverts. By clicking “Accept all” you consent to our use of cookies.</p><a>Accept all</a><a>Manage preferences</a></div>',
    CO,
    bare=True,
)
add(
    "cookie-plain-es",
    "es",
    "El Correo del Lago",
    '<div class="aviso"><h2>Aceptar y continuar gratis</h2><p>Para seguir navegando gratis por El Correo debes aceptar las cookies. Con ellas mostramos publicidad personalizada.</p><p>O suscríbete y navega sin aceptar cookies.</p></div>',
    CO,
    bare=True,
)
add(
    "cookie-fa",
    "fa",
    "روزنامه مرداب",
    "<h2>این سایت از کوکی استفاده می‌کند</h2><p>برای بهبود تجربه شما از کوکی‌ها استفاده می‌کنیم. با ادامه دادن، استفاده از آن‌ها را می‌پذیرید.</p><button>می‌پذیرم</button>",
    CO,
    bare=True,
)
add(
    "admiral",
    "en",
    "Marsh Courier",
    '<div class="adm"><h2>It looks like you\'re using an ad blocker</h2><p>Our journalism is paid for by advertising. Please turn off your ad blocker for this site to continue.</p><button>I have disabled it</button></div>',
    {CO, C, PW},
    bare=True,
)
for l, t, p, st in [
    (
        "en",
        "That page has gone missing",
        "Either the address is wrong or the page was taken down. Try our search or go back to the homepage.",
        2,
    ),
    (
        "de",
        "Hier ist leider nichts",
        "Die gesuchte Seite konnte nicht gefunden werden. Bitte prüfen Sie die Adresse.",
        0,
    ),
    ("fr", "Page non disponible", "Désolé, la page demandée n'existe pas ou a été déplacée.", 3),
    (
        "es",
        "Error 404",
        "La dirección solicitada no existe en nuestro servidor. Vuelva a la portada.",
        1,
    ),
    (
        "ar",
        "الصفحة غير موجودة",
        "نأسف، لا يمكننا العثور على ما تبحث عنه. ربما تغير عنوان الصفحة.",
        2,
    ),
    ("fa", "خطای ۴۰۴", "متاسفانه صفحه‌ای که به دنبال آن هستید وجود ندارد.", 0),
    (
        "tr",
        "Üzgünüz",
        "Ulaşmak istediğiniz sayfa artık yayında değil. Ana sayfaya dönebilirsiniz.",
        1,
    ),
]:
    add(f"err-{l}", l, f"{t} | {SITE[l]}", f"<h1>{t}</h1><p>{p}</p>{heads(l, 6)}", {E, L}, style=st)
    add(
        f"errbare-{l}", l, SITE[l], f'<div class="oh"><h2>{t}</h2><div>{p}</div></div>', E, style=st
    )
add(
    "login-2",
    "en",
    "Marsh Courier - Account",
    '<h1>Welcome back</h1><p>Enter your e-mail address and password to get to your saved stories and newsletters.</p><form><input type="email"><input type="password"><button>Continue</button></form>',
    {S, E},
    path="/account/login",
    style=0,
)
add(
    "login-ar",
    "ar",
    "الدخول إلى الحساب",
    '<h1>الدخول إلى الحساب</h1><form><input name="u"><input type="password"><p>أدخل بريدك الإلكتروني وكلمة المرور للدخول إلى حسابك في الصحيفة.</p></form>',
    {S, E},
    path="/login",
    style=1,
)
# listings
add(
    "home-itemlist",
    "fr",
    "Le Courrier du Lac",
    heads("fr", 10, text=True),
    L,
    head=ld(
        **{
            "@type": "ItemList",
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": i,
                    "item": {
                        "@type": "NewsArticle",
                        "headline": h,
                        "url": f"/x/{i}",
                        "datePublished": "2026-03-03",
                    },
                }
                for i, h in enumerate(HEADS["fr"])
            ],
        }
    ),
    path="/",
    style=0,
)
add(
    "section-ogarticle",
    "ar",
    "اقتصاد - صحيفة المرج",
    "<h1>اقتصاد</h1>" + heads("ar", 10, text=True),
    L,
    head=OGA,
    path="/economy",
    style=1,
)
add(
    "section-itemlist",
    "en",
    "Economy | Marsh Courier",
    "<h1>Economy</h1>" + heads("en", 9, text=True),
    L,
    head=ld(
        **{
            "@type": "CollectionPage",
            "mainEntity": {
                "@type": "ItemList",
                "itemListElement": [
                    {"@type": "NewsArticle", "headline": h, "datePublished": "2026-03-03"}
                    for h in HEADS["en"]
                ],
            },
        }
    ),
    path="/economy",
    style=0,
)
add(
    "tag-longdesc",
    "en",
    "Footbridge of Lower Marsh: latest news and reports",
    "<h1>Footbridge of Lower Marsh: latest news and reports</h1><p>"
    + " ".join(WORDS["en"][:3])
    + "</p>"
    + heads("en", 10),
    L,
    path="/topic/footbridge",
    style=1,
)
add(
    "author-long",
    "de",
    "Jan Voss, Redakteur | Moorbote",
    '<div class="profile"><h1>Jan Voss</h1><p>Jan Voss ist seit 2009 Redakteur beim Moorboten und schreibt über das Rathaus, die Fähre und den See.</p><p>Er lebt mit zwei Eseln in Niedermoor und spielt die Orgel der alten Kirche, wenn der Organist im Urlaub ist.</p><a href="mailto:x">E-Mail</a></div><h2>Artikel von Jan Voss</h2>'
    + heads("de", 10, text=True),
    L,
    path="/autor/jan-voss",
    style=0,
)
add(
    "author-profile-en",
    "en",
    "Ann Lee",
    "<h1>Ann Lee</h1><p>Ann Lee covers the county council. She joined the Courier in 2011 after ten years at sea.</p>",
    {L, S},
    head='<meta property="og:type" content="profile">'
    + ld(**{"@type": "ProfilePage", "mainEntity": {"@type": "Person", "name": "Ann Lee"}}),
    path="/people/ann-lee",
    style=1,
)
add(
    "newsletter-page",
    "en",
    "Newsletters | Marsh Courier",
    "<h1>Newsletters</h1>"
    + "".join(
        f"<div><h3>{n}</h3><p>{d}</p><button>Sign up</button></div>"
        for n, d in [
            (
                "Morning Reeds",
                "Everything you need to know before the ferry leaves, every weekday at six.",
            ),
            ("Weekend Mud", "Long reads, recipes and walks for two days without the town hall."),
        ]
    ),
    {L, S},
    path="/newsletters",
    style=0,
)
add(
    "eventcal",
    "de",
    "Termine in Niedermoor",
    "<h1>Termine</h1><table>"
    + "".join(f"<tr><td>{i}. März</td><td>Chorprobe</td><td>19 Uhr</td></tr>" for i in range(1, 9))
    + "</table>",
    {L, S},
    path="/termine",
    style=2,
)
add(
    "home-noh1-es",
    "es",
    "El Correo del Lago: últimas noticias",
    '<div class="grid">'
    + "".join(
        f'<div class="item"><a href="/x/{i}"><img src="/i.jpg"></a><span class="sec">Local</span><h2><a href="/x/{i}">{h}</a></h2><p class="dek">{WORDS["es"][i % 5]} {WORDS["es"][(i + 1) % 5]}</p><span class="by">Por Eva Ruiz</span></div>'
        for i, h in enumerate(HEADS["es"][:6])
    )
    + "</div>",
    L,
    path="/",
    style=1,
)
add(
    "opinion-list",
    "tr",
    "Yazarlar",
    "<h1>Yazarlar</h1>"
    + "".join(
        f'<div class="y"><img src="/{i}.jpg"><b>Yazar {i}</b><a href="/y/{i}">{h}</a><p>{WORDS["tr"][i % 5]}</p></div>'
        for i, h in enumerate(HEADS["tr"])
    ),
    L,
    path="/yazarlar",
    style=3,
)
add(
    "brief-list",
    "en",
    "In brief",
    "<h1>In brief</h1>"
    + "".join(f"<h2>{h}</h2><p>{WORDS['en'][i % 5]}</p>" for i, h in enumerate(HEADS["en"][:5])),
    A,
    head=OGA,
    path="/in-brief-2026-03-03-77123",
    style=0,
)
add(
    "roundup",
    "en",
    "Seven books about rivers that are worth your time",
    "<h1>Seven books about rivers that are worth your time</h1>"
    + "".join(
        f'<h2><a href="https://shop.example/{i}">{h}</a></h2><p>{WORDS["en"][i % 5]} {WORDS["en"][(i + 2) % 5]}</p>'
        for i, h in enumerate(HEADS["en"][:7])
    ),
    A,
    head=OGA,
    path="/seven-books-about-rivers",
    style=0,
)
# videos
add(
    "video-fa",
    "fa",
    "ویدئو؛ پل از بالا",
    '<h1>ویدئو؛ پل از بالا</h1><video src="/v.mp4"></video><p>' + WORDS["fa"][0] + "</p>",
    V,
    head='<meta property="og:type" content="video">',
    path="/video/9",
    style=1,
)
add(
    "video-news-es",
    "es",
    "Vídeo: así quedó la pasarela",
    '<h1>Vídeo: así quedó la pasarela</h1><div class="player"></div><p>' + WORDS["es"][0] + "</p>",
    V,
    head=ld(**{"@type": "VideoObject", "name": "Vídeo"}) + ld(**{"@type": "BreadcrumbList"}),
    path="/videos/1.html",
    style=0,
)
# standing pages
add(
    "about-name",
    "en",
    "About the Marsh Courier",
    "<h1>About the Marsh Courier</h1>" + paras("en"),
    S,
    path="/about",
    style=0,
)
add(
    "about-wp",
    "fr",
    "Qui sommes-nous",
    "<h1>Qui sommes-nous</h1>" + paras("fr"),
    S,
    head=OGA + '<meta property="article:modified_time" content="2024-01-01T00:00:00Z">',
    path="/qui-sommes-nous/",
    style=1,
)
add(
    "terms-ar",
    "ar",
    "شروط الاستخدام",
    "<h1>شروط الاستخدام</h1>" + paras("ar"),
    S,
    path="/page/terms",
    style=1,
)
add(
    "ads-de",
    "de",
    "Mediadaten",
    "<h1>Mediadaten 2026</h1>" + paras("de", 3),
    {S, A},
    path="/mediadaten",
    style=1,
)
add(
    "cookiepolicy",
    "es",
    "Política de cookies",
    "<h1>Política de cookies</h1><p>Una cookie es un pequeño fichero que se guarda en su navegador. Utilizamos cookies propias y de terceros.</p>"
    + paras("es", 4),
    {S, CO},
    path="/politica-de-cookies",
    style=0,
)
# paywalls
add(
    "pay-3-de",
    "de",
    TITLE["de"],
    f'<h1>{TITLE["de"]}</h1><div>{paras("de", 3)}</div><div class="abo"><h2>Weiterlesen mit MB+</h2><p>4 Wochen für 1 Euro testen. Bereits registriert? Einloggen</p></div>',
    PW,
    head=OGA
    + ld(**{"@type": "NewsArticle", "headline": TITLE["de"], "isAccessibleForFree": "False"}),
    style=0,
)
add(
    "pay-fade",
    "en",
    TITLE["en"],
    f'<h1>{TITLE["en"]}</h1><div class="b"><p>{WORDS["en"][0]}</p><p>{WORDS["en"][1][:60]}...</p></div><div class="cut"><h2>To keep reading, become a member</h2><p>From £3 a month. Cancel anytime.</p></div>',
    PW,
    head=OGA,
    style=1,
)
add(
    "pay-ar2",
    "ar",
    TITLE["ar"],
    f'<h1>{TITLE["ar"]}</h1><div>{paras("ar", 2)}</div><div class="lock"><p>لمتابعة القراءة يرجى الاشتراك أو تسجيل الدخول</p></div>',
    PW,
    head=OGA
    + ld(**{"@type": "NewsArticle", "headline": TITLE["ar"], "isAccessibleForFree": False}),
    style=0,
)
add(
    "pay-es2",
    "es",
    TITLE["es"],
    f'<h1>{TITLE["es"]}</h1><div>{paras("es", 2)}</div><div class="muro"><p>Este artículo es exclusivo para suscriptores. Suscríbete por 1 € al mes y sigue leyendo.</p></div>',
    PW,
    head=OGA
    + ld(**{"@type": "NewsArticle", "headline": TITLE["es"], "isAccessibleForFree": False}),
    style=2,
)
add(
    "pay-fr-percent",
    "fr",
    TITLE["fr"],
    f'<h1>{TITLE["fr"]}</h1><div>{paras("fr", 3)}</div><p class="lect">Il vous reste 78.4% de cet article à lire. La suite est réservée aux abonnés.</p>',
    PW,
    head=OGA
    + ld(**{"@type": "NewsArticle", "headline": TITLE["fr"], "isAccessibleForFree": False}),
    style=0,
)
add(
    "whole-newsletter",
    "en",
    TITLE["en"],
    f'<h1>{TITLE["en"]}</h1><div>{paras("en", 5)}</div><div class="nl"><h3>Sign up to our newsletter</h3><p>Register and read our best stories every morning.</p></div>',
    A,
    head=OGA,
    style=0,
)
add(
    "whole-members",
    "de",
    TITLE["de"],
    f'<h1>{TITLE["de"]}</h1><div>{paras("de", 5)}</div><div class="sup"><p>Unterstützen Sie uns: Werden Sie Mitglied und ermöglichen Sie unabhängigen Journalismus.</p></div>',
    A,
    head=OGA + ld(**{"@type": "NewsArticle", "headline": TITLE["de"], "isAccessibleForFree": True}),
    style=0,
)
add(
    "whole-free-brief",
    "fr",
    TITLE["fr"],
    f'<h1>{TITLE["fr"]}</h1><div>{paras("fr", 2)}</div><div class="abo"><p>Abonnez-vous à partir de 1 €</p></div>',
    A,
    head=OGA,
    style=0,
)
add(
    "whole-comments-login",
    "en",
    TITLE["en"],
    f'<h1>{TITLE["en"]}</h1><div>{paras("en", 2)}</div><div class="cm"><p>Log in to join the discussion and read the comments.</p></div>',
    A,
    head=OGA,
    style=0,
)
# real
add(
    "r-privacy",
    "en",
    "Your privacy matters less than a parking space, court finds",
    "<h1>Your privacy matters less than a parking space, court finds</h1><p>A court in Lower Marsh ruled on Monday that cameras over the car park may stay.</p>",
    A,
    style=0,
)
add(
    "r-maint-de",
    "de",
    "Wartung am Stauwehr: Fähre fällt aus",
    "<h1>Wartung am Stauwehr: Fähre fällt aus</h1><p>Wegen Arbeiten am Stauwehr fährt die Fähre am Mittwoch nicht, teilte der Hafen mit.</p>",
    A,
    style=1,
)
add(
    "r-robot",
    "ar",
    "روبوت يقطف التمور في مزارع المرج",
    "<h1>روبوت يقطف التمور في مزارع المرج</h1><p>بدأت مزرعة في المرج استخدام روبوت لقطف التمور هذا الأسبوع.</p>",
    A,
    style=1,
)
add(
    "r-blocked",
    "en",
    "Road blocked after landslide",
    "<h1>Road blocked after landslide</h1><p>The lake road was blocked by a landslide on Friday night, and buses were sent round by the mill.</p>",
    A,
    style=2,
)
add(
    "r-security",
    "en",
    "Security check at port delays ferries",
    "<h1>Security check at port delays ferries</h1><p>Ferries ran two hours late on Sunday because of checks at the port, the operator said.</p>",
    A,
    style=0,
)
add(
    "r-oops",
    "en",
    "Oops",
    "<h1>Oops</h1><p>The mayor dropped the ribbon into the lake before she could cut it, to the delight of the school choir.</p><p>She cut a shoelace instead.</p>",
    A,
    head=OGA,
    style=0,
)
add(
    "r-error",
    "en",
    "Error of judgement costs captain his licence",
    "<h1>Error of judgement costs captain his licence</h1><p>The captain who ran the ferry aground has lost his licence for a year.</p>",
    A,
    style=1,
)
add(
    "r-contact-tr",
    "tr",
    "İletişim Başkanlığı yeni binaya taşındı",
    "<h1>İletişim Başkanlığı yeni binaya taşındı</h1><p>Kurumun taşınması üç gün sürdü, yetkililer açıkladı.</p>",
    A,
    style=1,
)
add(
    "r-jobs",
    "en",
    "Jobs",
    f"<h1>Jobs: the film that nobody wanted to make</h1>{paras('en', 4)}",
    A,
    style=0,
)
add(
    "r-cookies-recipe",
    "en",
    "Oat cookies",
    "<h1>Oat cookies with honey</h1><p>We use cookies like these to bribe the ferryman, and it works every time.</p><ul><li>200 g oats</li><li>100 g honey</li></ul><p>Bake for twelve minutes.</p>",
    A,
    style=1,
)
add(
    "r-minister-denied",
    "ar",
    "رفض الوصول إلى أرشيف الوزارة يثير جدلا",
    "<h1>رفض الوصول إلى أرشيف الوزارة يثير جدلا</h1><p>أثار منع باحثين من دخول أرشيف الوزارة جدلا واسعا في البلدة.</p>",
    A,
    style=1,
)
add(
    "r-subscriber",
    "en",
    "Only subscribers get the ferry warning by text",
    f"<h1>Only subscribers get the ferry warning by text</h1><p>Residents must register to read the alerts, the harbour office said on Tuesday.</p><p>{WORDS['en'][2]}</p>",
    A,
    style=0,
)
add(
    "r-table",
    "es",
    "Resultados de la jornada",
    "<h1>Resultados de la jornada: el Lago manda en la liga</h1><p>El Lago ganó y manda en la tabla con dos puntos de ventaja sobre el Puerto.</p><table>"
    + "".join(f"<tr><td>Equipo {i}</td><td>{30 - i}</td><td>{i}</td></tr>" for i in range(10))
    + "</table>",
    A,
    head=OGA + '<meta property="article:published_time" content="2026-03-03T10:00:00Z">',
    style=0,
)
add(
    "r-short-related",
    "de",
    "Steg gesperrt",
    "<h1>Steg am See bis Freitag gesperrt</h1><p>Der Steg bleibt bis Freitag gesperrt, teilte die Stadt mit.</p>"
    + heads("de", 10, text=True),
    A,
    head='<meta property="article:published_time" content="2026-03-03T10:00:00Z">',
    style=0,
)

# Anything but an article.
N = {C, CO, E, EM, L, S, PW, V, G, AU}
add(
    "chal-a",
    "es",
    "Comprobación",
    "<h1>Comprobación de seguridad en curso</h1><p>Este proceso es automático. Su navegador le redirigirá en breve al contenido solicitado.</p>",
    N,
    bare=True,
)
add(
    "chal-b",
    "en",
    "Please wait",
    '<p>We are making sure you are a real visitor. This takes a moment, then your page opens by itself.</p><script src="/verify.js"></script>',
    N,
    bare=True,
)
add(
    "chal-c",
    "de",
    "",
    '<div id="m"><p>Ihre Anfrage wurde von der Schutzsoftware dieser Seite abgelehnt. Vorgangsnummer 8831-22.</p></div>',
    N,
    bare=True,
)
add(
    "chal-d",
    "ar",
    "تم حظر الطلب",
    "<h1>تم حظر طلبك</h1><p>رصد نظام الحماية نشاطا غير معتاد من عنوانك. إذا كنت ترى أن ذلك خطأ فراسل إدارة الموقع.</p>",
    N,
    bare=True,
)
add(
    "chal-e",
    "fr",
    "Accès temporairement restreint",
    "<h1>Accès temporairement restreint</h1><p>Nous avons détecté une activité inhabituelle depuis votre réseau. Cochez la case pour prouver que vous n’êtes pas un programme.</p>",
    N,
    bare=True,
)
add(
    "chal-f",
    "tr",
    "Erişim doğrulanıyor",
    "<p>Tarayıcınız denetleniyor, lütfen bekleyin. Birkaç saniye içinde yönlendirileceksiniz.</p>",
    N,
    bare=True,
)
add(
    "chal-g",
    "fa",
    "دسترسی شما محدود شده است",
    '<h1>دسترسی شما محدود شده است</h1><p>به دلیل درخواست‌های زیاد از نشانی شما، لطفاً کد زیر را وارد کنید.</p><img src="/captcha.png"><input>',
    N,
    bare=True,
)
add(
    "cons-a",
    "en",
    "Marsh Courier",
    "<div role=dialog><h2>Your data, your choice</h2><p>We and selected third parties would like to store small files on your device to show adverts that fit your interests.</p><button>Agree</button></div>",
    N,
    bare=True,
)
add(
    "cons-b",
    "fr",
    "",
    '<div class="privacy-pop"><p>Le Courrier utilise des traceurs pour financer son site. Vous pouvez les accepter, les refuser ou choisir.</p><button>Tout accepter</button></div>',
    N,
    bare=True,
)
add(
    "cons-c",
    "ar",
    "صحيفة المرج",
    '<div class="gdpr"><h2>خصوصيتك تهمنا</h2><p>بمواصلة التصفح توافق على حفظ بعض البيانات على جهازك لعرض إعلانات مناسبة.</p><button>أوافق</button></div>',
    N,
    bare=True,
)
add(
    "cons-d",
    "es",
    "Aviso",
    "<h1>Antes de seguir</h1><p>Necesitamos tu permiso para guardar datos en tu navegador y medir el uso de la web.</p>",
    N,
    bare=True,
)
add(
    "err-a",
    "en",
    "Marsh Courier",
    "<h1>Lost in the reeds</h1><p>There is nothing at this address any more. Perhaps one of these will do.</p>"
    + heads("en", 6),
    N,
)
add(
    "err-b",
    "de",
    "Moorbote",
    "<h1>Huch!</h1><p>Dieser Beitrag ist nicht mehr verfügbar.</p>" + heads("de", 6, text=True),
    N,
)
add(
    "err-c",
    "fr",
    "Le Courrier du Lac",
    "<h1>Article supprimé</h1><p>Cet article a été retiré par la rédaction.</p>",
    N,
    style=1,
)
add(
    "err-d",
    "ar",
    "صحيفة المرج",
    "<h1>تعذر عرض الصفحة</h1><p>حدث خلل أثناء تحميل المحتوى، يرجى المحاولة لاحقا.</p>",
    N,
    style=3,
)
add(
    "err-e",
    "tr",
    "Sazlık Postası",
    "<h1>Hata 404</h1><p>Bu haber yayından kaldırılmıştır.</p>" + heads("tr", 8),
    N,
    style=2,
)
add(
    "login-a",
    "de",
    "Konto",
    "<h1>Willkommen zurück</h1><p>Bitte geben Sie Ihre E-Mail-Adresse und Ihr Kennwort ein.</p><form><input type=password></form>",
    N,
    style=1,
)
add(
    "list-a",
    "en",
    "Culture",
    "<h1>Culture</h1>"
    + "".join(
        f'<div class="row"><div class="when">3 March</div><div><a href="/x/{i}"><b>{h}</b></a><br>{WORDS["en"][i % 5]}</div></div>'
        for i, h in enumerate(HEADS["en"])
    ),
    N,
    path="/culture",
    style=2,
)
add(
    "list-b",
    "ar",
    "آخر الأخبار",
    "<h1>آخر الأخبار</h1><ul>"
    + "".join(
        f'<li><span>12:0{i}</span> <a href="/x/{i}">{h}</a></li>' for i, h in enumerate(HEADS["ar"])
    )
    + "</ul>",
    N,
    path="/latest",
    style=0,
)
add(
    "list-c",
    "fr",
    "Dossier : la passerelle du lac",
    "<h1>Dossier : la passerelle du lac</h1><p>"
    + WORDS["fr"][0]
    + "</p>"
    + heads("fr", 10, text=True),
    N,
    path="/dossier/passerelle",
    style=0,
)
add(
    "list-d",
    "de",
    "Alle Meldungen vom 3. März 2026",
    "<h1>Alle Meldungen vom 3. März 2026</h1>" + heads("de", 10, text=True),
    N,
    path="/archiv/2026/03/03",
    style=1,
)
add(
    "list-e",
    "en",
    "Letters",
    "<h1>Comment and letters from our readers</h1>"
    + "".join(
        f'<h3><a href="/l/{i}">{h}</a></h3><p>{WORDS["en"][i % 5]}</p><p>By Reader {i}</p>'
        for i, h in enumerate(HEADS["en"])
    ),
    N,
    path="/letters",
    style=0,
)
add(
    "list-f",
    "tr",
    "Sazlık Postası - Haberler",
    "<div>"
    + "".join(
        f'<a href="/x/{i}" class="k"><img src=i.jpg><h2>{h}</h2><p>{WORDS["tr"][i % 5]}</p></a>'
        for i, h in enumerate(HEADS["tr"][:6])
    )
    + "</div>",
    N,
    path="/",
    style=3,
)
add(
    "serv-a",
    "en",
    "Horoscope",
    "<h1>Your stars for today</h1>"
    + "".join(
        f"<h3>{s}</h3><p>A good day to write letters and to keep your feet dry, {s}.</p>"
        for s in "Aries Taurus Gemini".split()
    ),
    {A} | N,
    path="/horoscope",
    style=0,
)
add(
    "serv-b",
    "fr",
    "Nous contacter",
    "<h1>Nous contacter</h1><p>La rédaction vous répond du lundi au vendredi. Écrivez-nous ou passez nous voir place du marché.</p>",
    N,
    path="/nous-contacter",
    style=0,
)
add(
    "serv-c",
    "en",
    "Our privacy promise",
    "<h1>Privacy notice</h1>" + paras("en", 5),
    N,
    path="/info/privacy-notice",
    style=1,
)
add("serv-d", "ar", "أعلن معنا", "<h1>أعلن معنا</h1>" + paras("ar", 3), N, path="/ads", style=0)
add(
    "pay-a",
    "en",
    TITLE["en"],
    f'<h1>{TITLE["en"]}</h1><div>{paras("en", 2)}</div><div class="x"><h2>This story is for members</h2><p>Become a member for £2 a month.</p><a>Already have an account? Log in</a></div>',
    PW,
    head=OGA
    + ld(**{"@type": "NewsArticle", "headline": TITLE["en"], "isAccessibleForFree": False}),
)
add(
    "pay-b",
    "tr",
    TITLE["tr"],
    f'<h1>{TITLE["tr"]}</h1><div>{paras("tr", 2)}</div><div class="kilit"><p>Haberin tamamını okumak için üye olun.</p></div>',
    PW,
    head=OGA
    + ld(**{"@type": "NewsArticle", "headline": TITLE["tr"], "isAccessibleForFree": "false"}),
)
add(
    "pay-c",
    "fa",
    TITLE["fa"],
    f'<h1>{TITLE["fa"]}</h1><div>{paras("fa", 1)}</div><div class="paywall"><p>برای خواندن متن کامل باید اشتراک داشته باشید.</p></div>',
    PW,
    head=OGA,
)
add(
    "art-a",
    "en",
    "The page that would not load",
    "<h1>The page that would not load</h1><p>For three days nobody in Lower Marsh could open the page of the town hall, and nobody missed it.</p>",
    A,
)
add(
    "art-c",
    "en",
    "You are what you eat, says the new cook of the school",
    "<h1>You are what you eat, says the new cook of the school</h1><p>“You are what you eat,” says the new cook, who took over your children’s kitchen on Monday.</p>",
    A,
    head=OGA,
)
add(
    "art-d",
    "ar",
    "يرجى الانتباه: إغلاق الجسر ليلا",
    "<h1>يرجى الانتباه: إغلاق الجسر ليلا</h1><p>أعلنت البلدية إغلاق الجسر ليلا حتى الجمعة بسبب أعمال الصيانة.</p>",
    A,
)
add(
    "art-e",
    "fr",
    "Erreur judiciaire : vingt ans après",
    "<h1>Erreur judiciaire : vingt ans après</h1><p>La cour a reconnu mardi une erreur qui avait envoyé un homme en prison il y a vingt ans.</p>",
    A,
)
add(
    "art-f",
    "es",
    "Suscríbete a la vida: carta de una lectora",
    "<h1>Suscríbete a la vida: carta de una lectora</h1>" + paras("es", 3),
    A,
)
add(
    "art-g",
    "en",
    "Sign up for swimming lessons opens on Monday",
    "<h1>Sign up for swimming lessons opens on Monday</h1><p>Parents can register their children from Monday, the pool said. Log in to read the timetable on its website.</p>",
    A,
    head=OGA,
)
add(
    "art-h",
    "tr",
    "Bakım çalışması: Köprü üç gün kapalı",
    "<h1>Bakım çalışması: Köprü üç gün kapalı</h1><p>Belediye, köprünün bakım nedeniyle üç gün kapalı kalacağını açıkladı.</p>",
    A,
)
add(
    "art-i",
    "en",
    "Weather",
    '<h1>Storm cuts off the island</h1><time datetime="2026-03-03T10:00:00Z">3 March</time><p>The island has been cut off since Tuesday night.</p><table>'
    + "".join(f"<tr><td>Ferry {i}</td><td>cancelled</td></tr>" for i in range(8))
    + "</table>",
    A,
)
add(
    "art-j",
    "fa",
    "خطای داوری بازی را باخت",
    "<h1>خطای داوری بازی را باخت</h1><p>مربی تیم گفت اشتباه داور در دقیقه پایانی بازی را از تیمش گرفت.</p>",
    A,
)
add(
    "art-k",
    "en",
    "Cookie law turns ten",
    "<h1>Cookie law turns ten, and nobody celebrates</h1><p>We use cookies, every banner says; the law that made them say so turned ten on Tuesday.</p><p>A lawyer in Lower Marsh who helped write it says she accepts them all.</p>",
    A,
)
