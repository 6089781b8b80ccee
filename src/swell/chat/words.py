"""Words: what `@chat` says itself, in every language that a page can speak.

The client has the words of what it draws (`web/src/i18n`); these are in cards, panels, notices and
refusals that the server makes. A language that lacks one is a `mypy` error. In braces is what is
put in with `str.format`; what is in Markdown is set off by spaces, so that a title may begin and
end with any character, and in Arabic by isolates, so that a Latin one leaves the order alone.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from swell.errors import RefusedError

__all__ = ["ENGLISH", "WORDS", "UnsaidError", "Words", "grouped"]


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What a language has to say; the English words tell what each of them is."""

    # The menus of the sidebar, and its title while it shows the archive
    settings: str
    archived: str
    back: str
    import_chat: str
    share: str
    export: str

    # Panels
    save: str
    close: str
    settings_hold: str
    sharing: str
    share_who: str
    share_until: str
    shared_already: str
    link: str
    new_link: str
    end_sharing: str
    exporting: str
    export_forms: str

    # A value in the settings that does not fit
    number: str
    whole_number: str
    between: str
    misfit: str

    # Notices above the page
    waiting: str
    missing: str
    deleted: str
    removed: str
    unshared: str
    undo: str

    # Refusals
    away: str
    gone: str
    too_long: str
    files_lost: str
    restarting: str
    too_many: str
    queue_full: str
    too_fast: str
    used_up: str
    not_saved: str
    not_open: str
    unreadable: str
    no_chat: str
    no_json: str
    no_format: str
    no_version: str
    too_big: str
    too_many_values: str
    too_deep: str
    no_fit: str

    # A Markdown export: a thread without a title, who speaks, and how an answer ended
    conversation: str
    you: str
    assistant: str
    stopped: str
    interrupted: str

    # In place of an answer that waits
    queued: str

    # Questions in the middle of an answer, and what came of them
    send: str
    yes: str
    no: str
    allow: str
    no_answer: str
    unanswered: str


ENGLISH = Words(
    settings="Settings",
    archived="Archived chats",
    back="Back to my chats",
    import_chat="Import a chat…",
    share="Share…",
    export="Export…",
    save="Save",
    close="Close",
    settings_hold="They hold for this chat, from the next answer on.",
    sharing="Share",
    share_who="Whoever has this link can read **{title}** as it is, and what is added.",
    share_until="The link works until {time}.",
    shared_already="**{title}** is shared. A link is shown only once, when it is made.",
    link="Link",
    new_link="New link",
    end_sharing="End sharing",
    exporting="Export",
    export_forms="Markdown holds what you see, to read or print. JSON holds all versions.",
    number="{label}: enter a number.",
    whole_number="{label}: enter a whole number.",
    between="{label}: enter a number from {low} to {high}.",
    misfit="{label}: this value does not fit.",
    waiting=(
        "Your conversations cannot be reached right now. They are shown as soon as they can be."
    ),
    missing="This conversation is not there. It may have been deleted.",
    deleted="The message and what follows it have been deleted.",
    removed="This chat was deleted in another tab.",
    unshared="This chat is no longer shared.",
    undo="Undo",
    away="Your conversations cannot be reached right now. Try again in a moment.",
    gone="That is not there any more. It may have been deleted in another tab.",
    too_long="Your message is longer than {limit} characters.",
    files_lost="Your files could not be kept. Try again in a moment.",
    restarting="The app is restarting. Try again in a moment.",
    too_many="Too many answers are being made for you. Wait for one, or stop it.",
    queue_full="Too many people are waiting for an answer. Try again in a moment.",
    too_fast="You have sent many messages. Try again in {seconds} s.",
    used_up="You have used what one person may use in a day. Try again later.",
    queued="*Number {place} in the queue*",
    not_saved="Your message could not be saved, so it was not sent. Try again in a moment.",
    not_open="This question has been answered, or is over.",
    unreadable="The file could not be read. Choose it again.",
    no_chat=(
        "“{name}” is not a chat that was exported here as JSON, so nothing was imported: {reason}."
    ),
    no_json="it is not JSON",
    no_format="the entry {detail} is missing",
    no_version="version {detail} is not known here",
    too_big="it is larger than {detail} MB",
    too_many_values="it holds more than {detail} values",
    too_deep="it is nested too deeply",
    no_fit="what is at {detail} is missing or does not fit",
    conversation="Conversation",
    you="You",
    assistant="Assistant",
    stopped="Stopped",
    interrupted="Interrupted",
    send="Send",
    yes="Yes",
    no="No",
    allow="Allow **{tool}**?",
    no_answer="No answer in time.",
    unanswered="Not answered.",
)

GERMAN = Words(
    settings="Einstellungen",
    archived="Archivierte Chats",
    back="Zurück zu meinen Chats",
    import_chat="Chat importieren…",
    share="Teilen…",
    export="Exportieren…",
    save="Speichern",
    close="Schließen",
    settings_hold="Die Einstellungen gelten für diesen Chat, ab der nächsten Antwort.",
    sharing="Teilen",
    share_who="Wer diesen Link hat, kann **{title}** lesen, auch was noch hinzukommt.",
    share_until="Der Link gilt bis {time}.",
    shared_already=(
        "**{title}** wird geteilt. Ein Link wird nur einmal angezeigt, wenn er erstellt wird."
    ),
    link="Link",
    new_link="Neuer Link",
    end_sharing="Nicht mehr teilen",
    exporting="Exportieren",
    export_forms=(
        "Markdown enthält, was Sie sehen, zum Lesen oder Drucken. JSON enthält alle Fassungen."
    ),
    number="{label}: Geben Sie eine Zahl ein.",
    whole_number="{label}: Geben Sie eine ganze Zahl ein.",
    between="{label}: Geben Sie eine Zahl von {low} bis {high} ein.",
    misfit="{label}: Dieser Wert passt hier nicht.",
    waiting=(
        "Ihre Chats sind gerade nicht erreichbar. Sie werden angezeigt, sobald es wieder geht."
    ),
    missing="Diesen Chat gibt es hier nicht. Vielleicht wurde er gelöscht.",
    deleted="Die Nachricht und alles, was darauf folgt, wurden gelöscht.",
    removed="Dieser Chat wurde in einem anderen Tab gelöscht.",
    unshared="Dieser Chat wird nicht mehr geteilt.",
    undo="Rückgängig",
    away="Ihre Chats sind gerade nicht erreichbar. Versuchen Sie es gleich noch einmal.",
    gone="Das gibt es nicht mehr. Vielleicht wurde es in einem anderen Tab gelöscht.",
    too_long="Ihre Nachricht ist länger als {limit} Zeichen.",
    files_lost=(
        "Ihre Dateien konnten nicht gespeichert werden. Versuchen Sie es gleich noch einmal."
    ),
    restarting="Die App wird neu gestartet. Versuchen Sie es gleich noch einmal.",
    too_many=(
        "Für Sie werden schon zu viele Antworten geschrieben. Warten Sie auf eine davon oder "
        "halten Sie sie an."
    ),
    queue_full="Zu viele warten auf eine Antwort. Versuchen Sie es gleich noch einmal.",
    too_fast="Sie haben viele Nachrichten gesendet. Versuchen Sie es in {seconds} s noch einmal.",
    used_up=(
        "Sie haben verbraucht, was einer Person an einem Tag zusteht. "
        "Versuchen Sie es später noch einmal."
    ),
    queued="*Nummer {place} in der Warteschlange*",
    not_saved=(
        "Ihre Nachricht konnte nicht gespeichert werden und wurde deshalb nicht gesendet. "
        "Versuchen Sie es gleich noch einmal."
    ),
    not_open="Diese Frage ist schon beantwortet oder nicht mehr offen.",
    unreadable="Die Datei konnte nicht gelesen werden. Wählen Sie sie noch einmal aus.",
    no_chat=(
        "„{name}“ ist kein Chat, der hier als JSON exportiert wurde, deshalb wurde nichts "
        "importiert: {reason}."
    ),
    no_json="es ist kein JSON",
    no_format="der Eintrag {detail} fehlt",
    no_version="Version {detail} ist hier nicht bekannt",
    too_big="die Datei ist größer als {detail} MB",
    too_many_values="die Datei enthält mehr als {detail} Werte",
    too_deep="der Inhalt ist zu tief verschachtelt",
    no_fit="die Angabe bei {detail} fehlt oder passt nicht",
    conversation="Unterhaltung",
    you="Sie",
    assistant="Assistent",
    stopped="Angehalten",
    interrupted="Unterbrochen",
    send="Senden",
    yes="Ja",
    no="Nein",
    allow="**{tool}** erlauben?",
    no_answer="Nicht rechtzeitig beantwortet.",
    unanswered="Nicht beantwortet.",
)

SPANISH = Words(
    settings="Ajustes",
    archived="Chats archivados",
    back="Volver a mis chats",
    import_chat="Importar un chat…",
    share="Compartir…",
    export="Exportar…",
    save="Guardar",
    close="Cerrar",
    settings_hold="Se aplican a este chat a partir de la próxima respuesta.",
    sharing="Compartir",
    share_who="Quien tenga este enlace puede leer **{title}** y lo que se añada después.",
    share_until="El enlace funciona hasta el {time}.",
    shared_already=(
        "**{title}** se está compartiendo. Un enlace solo se muestra una vez, al crearlo."
    ),
    link="Enlace",
    new_link="Nuevo enlace",
    end_sharing="Dejar de compartir",
    exporting="Exportar",
    export_forms=(
        "Markdown contiene lo que ves, para leerlo o imprimirlo. JSON contiene todas las versiones."
    ),
    number="{label}: escribe un número.",
    whole_number="{label}: escribe un número entero.",
    between="{label}: escribe un número de {low} a {high}.",
    misfit="{label}: este valor no es válido.",
    waiting="Ahora mismo no se puede acceder a tus chats. Aparecerán en cuanto sea posible.",
    missing="Este chat no está aquí. Es posible que se haya eliminado.",
    deleted="Se eliminó el mensaje con todo lo que le sigue.",
    removed="Este chat se ha eliminado en otra pestaña.",
    unshared="Este chat ya no se comparte.",
    undo="Deshacer",
    away="Ahora mismo no se puede acceder a tus chats. Inténtalo de nuevo en un momento.",
    gone="Eso ya no está aquí. Es posible que se haya eliminado en otra pestaña.",
    too_long="Tu mensaje tiene más de {limit} caracteres.",
    files_lost="No se pudieron guardar tus archivos. Inténtalo de nuevo en un momento.",
    restarting="La aplicación se está reiniciando. Inténtalo de nuevo en un momento.",
    too_many=(
        "Ya se están escribiendo demasiadas respuestas para ti. Espera a que termine una o detenla."
    ),
    queue_full="Demasiadas personas esperan una respuesta. Inténtalo de nuevo en un momento.",
    too_fast="Has enviado muchos mensajes. Inténtalo de nuevo en {seconds} s.",
    used_up="Has agotado lo que una persona puede usar en un día. Inténtalo más tarde.",
    queued="*Número {place} en la cola*",
    not_saved=(
        "No se pudo guardar tu mensaje, así que no se envió. Inténtalo de nuevo en un momento."
    ),
    not_open="Esta pregunta ya se ha respondido o ya no está abierta.",
    unreadable="No se pudo leer el archivo. Elígelo de nuevo.",
    no_chat=(
        "«{name}» no es un chat que se haya exportado aquí como JSON, así que no se importó nada: "
        "{reason}."
    ),
    no_json="no es JSON",
    no_format="falta la entrada {detail}",
    no_version="la versión {detail} no se conoce aquí",
    too_big="el archivo supera los {detail} MB",
    too_many_values="el archivo contiene más de {detail} valores",
    too_deep="el contenido está anidado a demasiada profundidad",
    no_fit="lo que va en {detail} falta o no encaja",
    conversation="Conversación",
    you="Tú",
    assistant="Asistente",
    stopped="Detenida",
    interrupted="Interrumpida",
    send="Enviar",
    yes="Sí",
    no="No",
    allow="¿Permitir **{tool}**?",
    no_answer="Sin respuesta a tiempo.",
    unanswered="Sin respuesta.",
)

FRENCH = Words(
    settings="Réglages",
    archived="Discussions archivées",
    back="Retour à mes discussions",
    import_chat="Importer une discussion…",
    share="Partager…",
    export="Exporter…",
    save="Enregistrer",
    close="Fermer",
    settings_hold="Ils s’appliquent à cette discussion, à partir de la prochaine réponse.",
    sharing="Partager",
    share_who="Toute personne qui a ce lien peut lire **{title}** et ce qui s’y ajoutera.",
    share_until="Le lien fonctionne jusqu’au {time}.",
    shared_already="**{title}** est partagée. Un lien n’est affiché qu’une fois, à sa création.",
    link="Lien",
    new_link="Nouveau lien",
    end_sharing="Ne plus partager",
    exporting="Exporter",
    export_forms=(
        "Markdown contient ce que vous voyez, à lire ou à imprimer. JSON contient toutes les "
        "versions."
    ),
    number="{label}\u00a0: saisissez un nombre.",
    whole_number="{label}\u00a0: saisissez un nombre entier.",
    between="{label}\u00a0: saisissez un nombre de {low} à {high}.",
    misfit="{label}\u00a0: cette valeur ne convient pas.",
    waiting=(
        "Vos discussions sont inaccessibles pour le moment. Elles s’afficheront dès que possible."
    ),
    missing="Cette discussion est introuvable. Elle a peut-être été supprimée.",
    deleted="Le message et ce qui le suit ont été supprimés.",
    removed="Cette discussion a été supprimée dans un autre onglet.",
    unshared="Cette discussion n’est plus partagée.",
    undo="Annuler",
    away="Vos discussions sont inaccessibles pour le moment. Réessayez dans un instant.",
    gone="Cet élément n’existe plus. Il a peut-être été supprimé dans un autre onglet.",
    too_long="Votre message dépasse {limit} caractères.",
    files_lost="Vos fichiers n’ont pas pu être enregistrés. Réessayez dans un instant.",
    restarting="L’application redémarre. Réessayez dans un instant.",
    too_many=(
        "Trop de réponses sont déjà en cours pour vous. Attendez la fin de l’une d’elles ou "
        "arrêtez-la."
    ),
    queue_full="Trop de personnes attendent une réponse. Réessayez dans un instant.",
    too_fast="Vous avez envoyé beaucoup de messages. Réessayez dans {seconds} s.",
    used_up="Vous avez épuisé ce qu’une personne peut utiliser en un jour. Réessayez plus tard.",
    queued="*Numéro {place} dans la file d’attente*",
    not_saved=(
        "Votre message n’a pas pu être enregistré, il n’a donc pas été envoyé. Réessayez dans un "
        "instant."
    ),
    not_open="Cette question a déjà reçu une réponse ou n’est plus ouverte.",
    unreadable="Le fichier n’a pas pu être lu. Choisissez-le à nouveau.",
    no_chat=(
        "«\u00a0{name}\u00a0» n’est pas une discussion exportée d’ici en JSON, rien n’a donc été "
        "importé\u00a0: {reason}."
    ),
    no_json="ce n’est pas du JSON",
    no_format="l’entrée {detail} manque",
    no_version="la version {detail} n’est pas connue ici",
    too_big="le fichier dépasse {detail} Mo",
    too_many_values="le fichier contient plus de {detail} valeurs",
    too_deep="le contenu est imbriqué trop profondément",
    no_fit="ce qui va à {detail} manque ou ne convient pas",
    conversation="Conversation",
    you="Vous",
    assistant="Assistant",
    stopped="Arrêtée",
    interrupted="Interrompue",
    send="Envoyer",
    yes="Oui",
    no="Non",
    allow="Autoriser **{tool}**\u00a0?",
    no_answer="Pas de réponse à temps.",
    unanswered="Sans réponse.",
)

CHINESE = Words(
    settings="设置",
    archived="已归档的对话",
    back="返回我的对话",
    import_chat="导入对话…",
    share="共享…",
    export="导出…",
    save="保存",
    close="关闭",
    settings_hold="这些设置用于此对话，从下一个回答起生效。",
    sharing="共享",
    share_who="拥有此链接的人可以阅读 **{title}** 以及之后新增的内容。",
    share_until="此链接有效期至 {time}。",
    shared_already="**{title}** 正在共享。链接仅在创建时显示一次。",
    link="链接",
    new_link="新建链接",
    end_sharing="停止共享",
    exporting="导出",
    export_forms="Markdown 包含你看到的内容，用于阅读或打印。JSON 包含所有版本。",
    number="{label}：请输入数字。",
    whole_number="{label}：请输入整数。",
    between="{label}：请输入 {low} 到 {high} 之间的数字。",
    misfit="{label}：此值不适用。",
    waiting="目前无法访问你的对话。恢复后会立即显示。",
    missing="找不到此对话，可能已被删除。",
    deleted="已删除这条消息及其后的内容。",
    removed="此对话已在另一个标签页中删除。",
    unshared="此对话已不再分享。",
    undo="撤消",
    away="目前无法访问你的对话。请稍后再试。",
    gone="该内容已不存在，可能已在另一个标签页中被删除。",
    too_long="你的消息超过了 {limit} 个字符。",
    files_lost="无法保存你的文件。请稍后再试。",
    restarting="应用正在重启。请稍后再试。",
    too_many="正在为你生成的回答太多。请等待其中一个完成，或将其停止。",
    queue_full="等待回答的人太多。请稍后再试。",
    too_fast="你发送的消息太多。请在 {seconds} 秒后再试。",
    used_up="你今天的用量已用完。请稍后再试。",
    queued="*排队中，第 {place} 位*",
    not_saved="你的消息无法保存，因此未发送。请稍后再试。",
    not_open="该问题已有回答，或已结束。",
    unreadable="无法读取该文件。请重新选择。",
    no_chat="“{name}”不是从这里以 JSON 格式导出的对话，因此未导入任何内容：{reason}。",
    no_json="它不是 JSON",
    no_format="缺少条目 {detail}",
    no_version="不支持版本 {detail}",
    too_big="文件大于 {detail} MB",
    too_many_values="包含的值超过 {detail} 个",
    too_deep="内容嵌套过深",
    no_fit="{detail} 处的内容缺失或不符合要求",
    conversation="对话",
    you="你",
    assistant="助手",
    stopped="已停止",
    interrupted="已中断",
    send="发送",
    yes="是",
    no="否",
    allow="允许使用 **{tool}** 吗？",
    no_answer="未及时回答。",
    unanswered="未回答。",
)

JAPANESE = Words(
    settings="設定",
    archived="アーカイブしたチャット",
    back="自分のチャットに戻る",
    import_chat="チャットをインポート…",
    share="共有…",
    export="エクスポート…",
    save="保存",
    close="閉じる",
    settings_hold="このチャットに、次の回答から適用されます。",
    sharing="共有",
    share_who="このリンクを知っている人は **{title}** と、今後追加される内容を読めます。",
    share_until="このリンクの有効期限：{time}",
    shared_already="**{title}** は共有中です。リンクは作成時に一度だけ表示されます。",
    link="リンク",
    new_link="新しいリンク",
    end_sharing="共有を終了",
    exporting="エクスポート",
    export_forms=(
        "Markdown には表示中の内容が入り、読んだり印刷したりできます。"
        "JSON にはすべての版が入ります。"
    ),
    number="{label}: 数値を入力してください。",
    whole_number="{label}: 整数を入力してください。",
    between="{label}: {low} から {high} までの数値を入力してください。",
    misfit="{label}: この値は使えません。",
    waiting="現在、チャットを読み込めません。読み込めるようになり次第、表示されます。",
    missing="このチャットは見つかりません。削除された可能性があります。",
    deleted="メッセージとそれに続く内容を削除しました。",
    removed="このチャットは別のタブで削除されました。",
    unshared="このチャットの共有は終了しました。",
    undo="元に戻す",
    away="現在、チャットを読み込めません。しばらくしてからもう一度お試しください。",
    gone="これはもう存在しません。別のタブで削除された可能性があります。",
    too_long="メッセージが {limit} 文字を超えています。",
    files_lost="ファイルを保存できませんでした。しばらくしてからもう一度お試しください。",
    restarting="アプリを再起動しています。しばらくしてからもう一度お試しください。",
    too_many="作成中の回答が多すぎます。どれかが終わるのを待つか、停止してください。",
    queue_full="回答を待っている人が多すぎます。しばらくしてからもう一度お試しください。",
    too_fast="送信したメッセージが多すぎます。{seconds} 秒後にもう一度お試しください。",
    used_up="1 日に使える分を使い切りました。時間をおいてもう一度お試しください。",
    queued="*順番待ち：{place} 番目*",
    not_saved=(
        "メッセージを保存できなかったため、送信されませんでした。"
        "しばらくしてからもう一度お試しください。"
    ),
    not_open="この質問はすでに回答されたか、終了しています。",
    unreadable="ファイルを読み取れませんでした。もう一度選択してください。",
    no_chat=(
        "「{name}」はここから JSON でエクスポートされたチャットではないため、"
        "何もインポートされませんでした（{reason}）。"
    ),
    no_json="JSON ではありません",
    no_format="項目 {detail} がありません",
    no_version="バージョン {detail} には対応していません",
    too_big="{detail} MB を超えています",
    too_many_values="値が {detail} 個を超えています",
    too_deep="入れ子が深すぎます",
    no_fit="{detail} の内容がないか、正しくありません",
    conversation="会話",
    you="あなた",
    assistant="アシスタント",
    stopped="停止しました",
    interrupted="中断されました",
    send="送信",
    yes="はい",
    no="いいえ",
    allow="**{tool}** の使用を許可しますか？",
    no_answer="時間内に回答がありませんでした。",
    unanswered="回答されませんでした。",
)

ARABIC = Words(
    settings="الإعدادات",
    archived="المحادثات المؤرشفة",
    back="العودة إلى محادثاتي",
    import_chat="استيراد محادثة…",
    share="مشاركة…",
    export="تصدير…",
    save="حفظ",
    close="إغلاق",
    settings_hold="تسري على هذه المحادثة بدءًا من الإجابة التالية.",
    sharing="مشاركة",
    share_who=("يمكن لكل من لديه هذا الرابط قراءة **\u2068{title}\u2069** وما يُضاف إليها لاحقًا."),
    share_until="يعمل الرابط حتى \u2068{time}\u2069.",
    shared_already="**\u2068{title}\u2069** مشتركة. لا يظهر الرابط إلا مرة واحدة عند إنشائه.",
    link="الرابط",
    new_link="رابط جديد",
    end_sharing="إيقاف المشاركة",
    exporting="تصدير",
    export_forms="يحتوي Markdown على ما تراه، للقراءة أو الطباعة. ويحتوي JSON على كل النسخ.",
    number="أدخل رقمًا في «\u2068{label}\u2069».",
    whole_number="أدخل عددًا صحيحًا في «\u2068{label}\u2069».",
    between="أدخل رقمًا من {low} إلى {high} في «\u2068{label}\u2069».",
    misfit="القيمة غير مناسبة في «\u2068{label}\u2069».",
    waiting="لا يمكن الوصول إلى محادثاتك الآن. ستظهر فور أن يصبح ذلك ممكنًا.",
    missing="هذه المحادثة غير موجودة. ربما حُذفت.",
    deleted="حُذفت الرسالة وما يليها.",
    removed="حُذفت هذه المحادثة في علامة تبويب أخرى.",
    unshared="لم تعد هذه المحادثة مشتركة.",
    undo="تراجع",
    away="لا يمكن الوصول إلى محادثاتك الآن. حاول مرة أخرى بعد قليل.",
    gone="لم يعد هذا موجودًا. ربما حُذف في علامة تبويب أخرى.",
    too_long="رسالتك أطول من {limit} حرف.",
    files_lost="تعذّر حفظ ملفاتك. حاول مرة أخرى بعد قليل.",
    restarting="تجري إعادة تشغيل التطبيق. حاول مرة أخرى بعد قليل.",
    too_many="تجري كتابة إجابات كثيرة لك الآن. انتظر انتهاء إحداها أو أوقفها.",
    queue_full="ينتظر عدد كبير من الأشخاص إجابة. حاول مرة أخرى بعد قليل.",
    too_fast="لقد أرسلت رسائل كثيرة. حاول مرة أخرى بعد {seconds} ثانية.",
    used_up="لقد استنفدت ما يُسمح به لشخص واحد في اليوم. حاول لاحقًا.",
    queued="*رقم {place} في قائمة الانتظار*",
    not_saved="تعذّر حفظ رسالتك، لذلك لم تُرسل. حاول مرة أخرى بعد قليل.",
    not_open="تمت الإجابة عن هذا السؤال أو لم يعد مطروحًا.",
    unreadable="تعذّرت قراءة الملف. اختره مرة أخرى.",
    no_chat=(
        "«\u2068{name}\u2069» ليس محادثة صُدّرت من هنا بصيغة JSON، لذلك لم يُستورد شيء: "
        "\u2068{reason}\u2069."
    ),
    no_json="ليس بصيغة JSON",
    no_format="الإدخال \u2068{detail}\u2069 غير موجود",
    no_version="الإصدار \u2068{detail}\u2069 غير معروف هنا",
    too_big="حجم الملف أكبر من {detail} ميغابايت",
    too_many_values="يحتوي الملف على أكثر من {detail} قيمة",
    too_deep="التداخل أعمق من اللازم",
    no_fit="ما في \u2068{detail}\u2069 ناقص أو غير مناسب",
    conversation="المحادثة",
    you="أنت",
    assistant="المساعد",
    stopped="تم الإيقاف",
    interrupted="انقطعت",
    send="إرسال",
    yes="نعم",
    no="لا",
    allow="هل تسمح باستخدام **\u2068{tool}\u2069**؟",
    no_answer="لم تصل إجابة في الوقت المحدد.",
    unanswered="بلا إجابة.",
)

WORDS = {
    "en": ENGLISH,
    "de": GERMAN,
    "es": SPANISH,
    "fr": FRENCH,
    "zh": CHINESE,
    "ja": JAPANESE,
    "ar": ARABIC,
}
"""The words of each language, by its name in `swell.server.locales`."""


class UnsaidError(RefusedError):
    """A refusal that is yet to be said in a language: `ChatApp.serve` knows who reads it.

    Args:
        say: Returns the sentence in the words of a language.
        reason: As for `RefusedError`.
        retry_ms: As for `RefusedError`.
    """

    def __init__(
        self, say: Callable[[Words], str], reason: str = "refused", retry_ms: int | None = None
    ) -> None:
        super().__init__(say(ENGLISH), reason, retry_ms)
        self.say = say


# What stands between the thousands of a number where it is no comma, as in the browser.
_THOUSANDS = ((GERMAN, "."), (SPANISH, "."), (FRENCH, "\u202f"))


def grouped(number: int, words: Words) -> str:
    """Return a number as the browser writes it in a language, its thousands set apart.

    >>> grouped(100_000, WORDS["de"])
    '100.000'
    """
    mark = next((mark for language, mark in _THOUSANDS if language is words), ",")
    return f"{number:,}".replace(",", mark)
