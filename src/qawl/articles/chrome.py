"""Site chrome: whole lines that sites put into the text of their articles, Arabic and English.

A line is here only if no sentence of an article is it: a fixed phrase, with nothing after it but a name,
a number, or a headline behind a colon. Where a line may be either, it stays; `recurring` finds those
that many articles share.
"""

_ARABIC_SITES = (
    "فيسبوك|فايسبوك|تويتر|منصة إكس|إكس|واتساب|واتس ?اب|تلغرام|تيليغرام|إنستغرام|انستغرام|يوتيوب|تيك ?توك|"
    "غوغل نيوز|أخبار غوغل|البريد( الإلكتروني)?"
)
_ENGLISH_SITES = (
    "facebook|twitter|x|instagram|whatsapp|telegram|linkedin|youtube|tiktok|threads|bluesky|reddit|pinterest|"
    "google news|e-?mail"
)
_ON_ARABIC = rf"(على|عبر) ({_ARABIC_SITES})(\s*(،|,|/|و)\s*و?({_ARABIC_SITES}))*"
_ON_ENGLISH = rf"(on|via) ({_ENGLISH_SITES})(\s*(,|/|&|\band\b|,\s*and\b)\s*({_ENGLISH_SITES}))*"
_LETTERS = (
    "(نشرتنا|قناتنا|قائمتنا|القائمة البريدية|النشرة البريدية)( (البريدية|الإخبارية|اليومية))*"
)
_OWNER = "(لـ|ل(?=موقع |صحيفة |جريدة |قناة |وكالة |شبكة |مجلة |دى ))[^.،؛؟!]*"
_MAIL = "(newsletters?|channel|updates|alerts)( here| now)?"
_MARK = r"(?:\s*(?:\.\.+|…)|\s*[:|»>]|\s+[-–—](?=\s))"
_HEADLINE = rf"(?:{_MARK}.*)?(?<![^.][.،؛,;])"
"""A headline behind a mark; no headline ends in a full stop, and nearly all sentences do."""
_CAPITAL = r"(?-i:(?=[A-Z0-9©(]))"
"""No line that was broken inside a sentence starts so."""

CHROME = (
    # Arabic news sites
    r"كن أول من يعلق على الخبر",
    r"تحليل التعليقات\s*:?",
    r"(أضف|اترك|إضافة|كتابة) تعليق(ا|اً|ًا|ك)?",
    r"(التعليقات|عدد التعليقات|المشاهدات)\s*[:(]?\s*\d+\s*\)?",
    r"(عدد المشاهدات|عدد القراءات)\s*[:(]?\s*\d*\s*\)?",
    rf"(اقرأ|إقرأ|أقرأ|شاهد|تابع|طالع) (أيضا|أيضاً|أيضًا|ايضا|ايضاً|المزيد){_HEADLINE}",
    rf"(شارك|شاركوا|مشاركة) (هذا )?(الخبر|المقال|الموضوع|الصفحة)( {_ON_ARABIC})?\s*:?",
    rf"(شارك|شاركوا|مشاركة|تابعنا|تابعونا) {_ON_ARABIC}\s*[:.!]?",
    r"(مواضيع|أخبار|مقالات|موضوعات) (ذات صلة|متعلقة|مشابهة)\s*:?",
    r"(الأكثر قراءة|كلمات (مفتاحية|دلالية)\s*:?|حجم الخط|الوسوم\s*:)",
    rf"(اشترك|اشتركوا|سجّل|سجل) (الآن )?في {_LETTERS}( {_ON_ARABIC})?\s*[.!]?",
    r"©.*جميع الحقوق محفوظة.*",
    rf"جميع الحقوق محفوظة(\s*[©|–—-].*|\s*\d{{4}}|\s+{_OWNER})?\.?",
    r"(اضغط|انقر) هنا( (للمزيد|لقراءة|لمتابعة|للاشتراك|لمشاهدة|للتسجيل)( [^\s.،؛؟!«»\"]+){0,6})?",
    r"(إرسال إلى صديق|نسخ الرابط|تم النسخ|إعلان)",
    # English news sites
    rf"{_CAPITAL}(read|see|watch) (also|more|next){_HEADLINE}",
    rf"{_CAPITAL}(share|tweet) this( (article|story|post|page|video))?( {_ON_ENGLISH})?\s*:?",
    rf"{_CAPITAL}(share|tweet|follow us) {_ON_ENGLISH}\s*[:.!]?",
    rf"{_CAPITAL}follow us\s*:?",
    rf"{_CAPITAL}(related|recommended) (articles?|stories|topics|news)\s*:?",
    rf"{_CAPITAL}(subscribe|sign up) (to|for) our( [\w-]+){{0,3}} {_MAIL}( {_ON_ENGLISH})?\s*[.!]?",
    r"(©|(\(c\)|copyright)\s*(©|\(c\)|\d{4})).*all rights reserved.*",
    rf"{_CAPITAL}(all rights reserved\.?|advertisement|copy link|most read|skip to (main )?content)",
    rf"{_CAPITAL}((leave|post|add) a comment|be the first to comment|\d+ comments?)",
)
"""Patterns of whole lines, case ignored."""

EARLY = (
    # Arabic news sites
    r"كن أول من يعلق على الخبر",
    r"تحليل التعليقات\s*:?",
    r"(أضف|اترك|إضافة|كتابة) تعليق(ا|اً|ًا|ك)?",
    r"(التعليقات|عدد المشاهدات|عدد القراءات|المشاهدات)\s*[:(]?\s*\d*\s*\)?",
    r"(اقرأ|إقرأ|أقرأ|شاهد|تابع|طالع) (أيضا|أيضاً|أيضًا|ايضا|ايضاً|المزيد)\b.*",
    r"(شارك|شاركوا|مشاركة) (هذا )?(الخبر|المقال|الموضوع|الصفحة)\b[^.؟!]*",
    r"(شارك|شاركوا|مشاركة|تابعنا|تابعونا) (على|عبر) (فيسبوك|فايسبوك|تويتر|إكس|واتساب|تلغرام)\b[^.؟!]*",
    r"(تابعنا|تابعونا) (على|عبر) (إنستغرام|يوتيوب|غوغل نيوز|أخبار غوغل)\b[^.؟!]*",
    r"(مواضيع|أخبار|مقالات|موضوعات) (ذات صلة|متعلقة|مشابهة)\s*:?",
    r"(الأكثر (قراءة|مشاهدة|تداولا|تداولاً)|كلمات (مفتاحية|دلالية)\s*:?|حجم الخط|الوسوم\s*:?)",
    r"(اشترك|اشتركوا|سجّل|سجل) (في|الآن)\b.*(النشرة|نشرتنا|القائمة البريدية|قناة|قناتنا).*",
    r"(©.*)?جميع الحقوق محفوظة.*",
    r"(اضغط|انقر) هنا\b.*",
    r"(طباعة|إرسال إلى صديق|نسخ الرابط|تم النسخ|إعلان|الرئيسية)",
    # English news sites
    r"(read|see|watch) (also|more|next)\b\s*:?.*",
    r"(share|follow us|tweet)( (this|on|via)\b.*)?",
    r"(related|recommended) (articles?|stories|topics|news)\s*:?",
    r"(subscribe|sign up) (to|for|now)\b.*(newsletter|channel|updates|alerts).*",
    r"(©|\(c\)|copyright)\s.*all rights reserved.*",
    r"(advertisement|print|copy link|most read|most popular|skip to (main )?content)",
    r"((leave|post|add) a comment|be the first to comment|\d+ comments?)",
)
"""The patterns that releases were cleaned by whose manifests name none."""
