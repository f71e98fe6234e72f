"""The zone a page's country lives by, where the site's is not configured: a guess from its address
or locale.

Only countries with one zone (or one that nearly everybody lives in) are here.
"""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

_ZONES = """
ae Asia/Dubai om Asia/Muscat sa Asia/Riyadh qa Asia/Qatar bh Asia/Bahrain kw Asia/Kuwait
ye Asia/Aden iq Asia/Baghdad sy Asia/Damascus lb Asia/Beirut jo Asia/Amman ps Asia/Gaza
il Asia/Jerusalem eg Africa/Cairo sd Africa/Khartoum ly Africa/Tripoli tn Africa/Tunis
dz Africa/Algiers ma Africa/Casablanca mr Africa/Nouakchott so Africa/Mogadishu dj Africa/Djibouti
ir Asia/Tehran af Asia/Kabul pk Asia/Karachi in Asia/Kolkata bd Asia/Dhaka lk Asia/Colombo
np Asia/Kathmandu tr Europe/Istanbul az Asia/Baku ge Asia/Tbilisi am Asia/Yerevan de Europe/Berlin
at Europe/Vienna ch Europe/Zurich li Europe/Zurich lu Europe/Luxembourg nl Europe/Amsterdam
be Europe/Brussels fr Europe/Paris it Europe/Rome es Europe/Madrid cat Europe/Madrid
pt Europe/Lisbon uk Europe/London gb Europe/London ie Europe/Dublin is Atlantic/Reykjavik
dk Europe/Copenhagen no Europe/Oslo se Europe/Stockholm fi Europe/Helsinki ee Europe/Tallinn
lv Europe/Riga lt Europe/Vilnius pl Europe/Warsaw cz Europe/Prague sk Europe/Bratislava
hu Europe/Budapest si Europe/Ljubljana hr Europe/Zagreb ba Europe/Sarajevo rs Europe/Belgrade
me Europe/Podgorica mk Europe/Skopje al Europe/Tirane gr Europe/Athens cy Asia/Nicosia
bg Europe/Sofia ro Europe/Bucharest md Europe/Chisinau ua Europe/Kyiv by Europe/Minsk
mt Europe/Malta jp Asia/Tokyo kr Asia/Seoul cn Asia/Shanghai tw Asia/Taipei hk Asia/Hong_Kong
sg Asia/Singapore my Asia/Kuala_Lumpur th Asia/Bangkok vn Asia/Ho_Chi_Minh ph Asia/Manila
id Asia/Jakarta ng Africa/Lagos gh Africa/Accra ke Africa/Nairobi tz Africa/Dar_es_Salaam
ug Africa/Kampala et Africa/Addis_Ababa za Africa/Johannesburg na Africa/Windhoek ls Africa/Maseru
zw Africa/Harare zm Africa/Lusaka sn Africa/Dakar ar America/Argentina/Buenos_Aires
uy America/Montevideo py America/Asuncion pe America/Lima co America/Bogota ve America/Caracas
nz Pacific/Auckland
"""
_WORDS = _ZONES.split()
_BY_COUNTRY = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))
# Endings that are countries' but are used everywhere.
_EVERYWHERE = frozenset(("tv", "me", "io", "co", "ly", "fm", "so", "cc", "to", "cat"))


@cache
def guess_zone(url: str, locale: str | None = None) -> ZoneInfo | None:
    """The zone of the country that a page's host (`example.ae`) or locale (`ar-AE`) names, or None
    where neither tells.
    """
    ending = (urlsplit(url).hostname or "").rpartition(".")[2].lower()
    region = (
        (locale or "").replace("_", "-").rpartition("-")[2].lower()
        if "-" in (locale or "").replace("_", "-")
        else ""
    )
    for country in (ending if ending not in _EVERYWHERE else "", region):
        if country in _BY_COUNTRY:
            return ZoneInfo(_BY_COUNTRY[country])
    return None
