"""Failures: why an answer failed, in every language, for what is read without the client.

The client has the same sentences in `web/src/i18n`, by the codes of `swell.errors`; a test compares
them.
"""

from __future__ import annotations

__all__ = ["FAILURES"]

FAILURES: dict[str, dict[str, str]] = {
    "en": {
        "model_failed": "The model could not answer. Try again.",
        "rate_limited": "The model is asked too often right now. Wait a moment, then try again.",
        "auth": "The model's provider did not accept this app's key. Tell whoever runs the app.",
        "context_too_long": (
            "This conversation is too long for the model. Begin a new one, or shorten your message."
        ),
        "connection": "The connection to the model failed. Try again.",
        "bad_request": (
            "The model's provider refused this request. Change your message or begin a new one."
        ),
        "overloaded": "The model is overloaded. Try again in a moment.",
        "ask_timeout": "The question was not answered in time.",
        "answer_too_long": "The answer ends here: it is as long as an answer can be.",
        "empty_answer": "The app gave no answer.",
        "handler_failed": "Something went wrong while answering.",
        "number": "Error {id}",
    },
    "de": {
        "model_failed": "Das Modell konnte nicht antworten. Versuchen Sie es noch einmal.",
        "rate_limited": (
            "Das Modell wird gerade zu oft gefragt. Warten Sie einen Moment und versuchen "
            "Sie es dann noch einmal."
        ),
        "auth": (
            "Der Anbieter des Modells hat den Schlüssel dieser App nicht angenommen. Sagen "
            "Sie es denen, die die App betreiben."
        ),
        "context_too_long": (
            "Dieses Gespräch ist zu lang für das Modell. Beginnen Sie ein neues oder kürzen "
            "Sie Ihre Nachricht."
        ),
        "connection": "Die Verbindung zum Modell ist gescheitert. Versuchen Sie es noch einmal.",
        "bad_request": (
            "Der Anbieter des Modells hat diese Anfrage abgelehnt. Ändern Sie Ihre Nachricht "
            "oder beginnen Sie ein neues Gespräch."
        ),
        "overloaded": "Das Modell ist überlastet. Versuchen Sie es gleich noch einmal.",
        "ask_timeout": "Die Frage wurde nicht rechtzeitig beantwortet.",
        "answer_too_long": "Die Antwort endet hier: Länger kann eine Antwort nicht sein.",
        "empty_answer": "Die App hat nicht geantwortet.",
        "handler_failed": "Beim Antworten ist etwas schiefgegangen.",
        "number": "Fehler {id}",
    },
    "es": {
        "model_failed": "El modelo no ha podido responder. Inténtalo de nuevo.",
        "rate_limited": (
            "El modelo recibe demasiadas peticiones en este momento. Espera un poco e "
            "inténtalo de nuevo."
        ),
        "auth": (
            "El proveedor del modelo no ha aceptado la clave de esta aplicación. Avisa a "
            "quien la administra."
        ),
        "context_too_long": (
            "Esta conversación es demasiado larga para el modelo. Empieza otra o acorta tu mensaje."
        ),
        "connection": "La conexión con el modelo ha fallado. Inténtalo de nuevo.",
        "bad_request": (
            "El proveedor del modelo ha rechazado esta petición. Cambia tu mensaje o empieza "
            "otra conversación."
        ),
        "overloaded": "El modelo está sobrecargado. Inténtalo de nuevo en un momento.",
        "ask_timeout": "La pregunta no se respondió a tiempo.",
        "answer_too_long": "La respuesta termina aquí: ha alcanzado la longitud máxima.",
        "empty_answer": "La aplicación no ha dado ninguna respuesta.",
        "handler_failed": "Algo ha fallado al responder.",
        "number": "Error {id}",
    },
    "fr": {
        "model_failed": "Le modèle n’a pas pu répondre. Réessayez.",
        "rate_limited": (
            "Le modèle reçoit trop de demandes en ce moment. Patientez un instant, puis réessayez."
        ),
        "auth": (
            "Le fournisseur du modèle n’a pas accepté la clé de cette application. Prévenez "
            "la personne qui la gère."
        ),
        "context_too_long": (
            "Cette conversation est trop longue pour le modèle. Commencez-en une nouvelle ou "
            "raccourcissez votre message."
        ),
        "connection": "La connexion au modèle a échoué. Réessayez.",
        "bad_request": (
            "Le fournisseur du modèle a refusé cette demande. Modifiez votre message ou "
            "commencez une nouvelle conversation."
        ),
        "overloaded": "Le modèle est surchargé. Réessayez dans un instant.",
        "ask_timeout": "La question n’a pas reçu de réponse à temps.",
        "answer_too_long": "La réponse s’arrête ici, car elle a atteint la longueur maximale.",
        "empty_answer": "L’application n’a donné aucune réponse.",
        "handler_failed": "Un problème est survenu pendant la réponse.",
        "number": "Erreur {id}",
    },
    "zh": {
        "model_failed": "模型未能回答。请重试。",
        "rate_limited": "模型目前收到的请求过多。请稍等片刻再试。",
        "auth": "模型提供商未接受此应用的密钥。请告知应用的管理者。",
        "context_too_long": "此对话对模型来说太长。请开始新对话，或缩短你的消息。",
        "connection": "与模型的连接失败。请重试。",
        "bad_request": "模型提供商拒绝了此请求。请修改你的消息，或开始新对话。",
        "overloaded": "模型负载过高。请稍后再试。",
        "ask_timeout": "该问题未在规定时间内得到回答。",
        "answer_too_long": "回答到此为止：已达到最大长度。",
        "empty_answer": "应用没有给出回答。",
        "handler_failed": "回答时出了问题。",
        "number": "错误 {id}",
    },
    "ja": {
        "model_failed": "モデルが回答できませんでした。もう一度お試しください。",
        "rate_limited": "現在、モデルへの要求が多すぎます。少し待ってからもう一度お試しください。",
        "auth": (
            "モデルの提供元がこのアプリのキーを受け付けませんでした。"
            "アプリの管理者にお知らせください。"
        ),
        "context_too_long": (
            "この会話はモデルには長すぎます。新しい会話を始めるか、メッセージを短くしてください。"
        ),
        "connection": "モデルに接続できませんでした。もう一度お試しください。",
        "bad_request": (
            "モデルの提供元がこの要求を拒否しました。"
            "メッセージを変えるか、新しい会話を始めてください。"
        ),
        "overloaded": "モデルが混み合っています。しばらくしてからもう一度お試しください。",
        "ask_timeout": "質問に時間内に回答がありませんでした。",
        "answer_too_long": "回答はここまでです。長さの上限に達しました。",
        "empty_answer": "アプリから回答がありませんでした。",
        "handler_failed": "回答中に問題が発生しました。",
        "number": "エラー {id}",
    },
    "ar": {
        "model_failed": "لم يتمكن النموذج من الإجابة. حاول مرة أخرى.",
        "rate_limited": "يتلقى النموذج طلبات كثيرة جدًا الآن. انتظر قليلًا ثم حاول مرة أخرى.",
        "auth": "لم يقبل مزوّد النموذج مفتاح هذا التطبيق. أخبر من يدير التطبيق.",
        "context_too_long": (
            "هذه المحادثة أطول مما يتسع له النموذج. ابدأ محادثة جديدة أو اختصر رسالتك."
        ),
        "connection": "فشل الاتصال بالنموذج. حاول مرة أخرى.",
        "bad_request": "رفض مزوّد النموذج هذا الطلب. غيّر رسالتك أو ابدأ محادثة جديدة.",
        "overloaded": "النموذج مُثقَل بالطلبات. حاول مرة أخرى بعد قليل.",
        "ask_timeout": "لم تتم الإجابة عن السؤال في الوقت المحدد.",
        "answer_too_long": "تنتهي الإجابة هنا: لقد بلغت أقصى طول ممكن.",
        "empty_answer": "لم يقدّم التطبيق أي إجابة.",
        "handler_failed": "حدث خطأ ما أثناء الإجابة.",
        "number": "خطأ {id}",
    },
}
"""The sentences of each language by their codes, and `number`, which names the error in the log."""
