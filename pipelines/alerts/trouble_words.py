"""What the operator is told of a trouble: a channel that was switched off, an address that is not reached.

Belongs here: these messages, in both languages. Does not belong here: when they are written (`outbox`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape

from pipelines.alerts.message import Message, clean
from pipelines.alerts.troubles import notice_id
from pipelines.model import Alert, AlertKind, ContactPoint, DeliveryFailure, Trouble, TroubleKind


def notice(
    trouble: Trouble, night: date, operator: ContactPoint, language: str, channels: tuple[str, ...]
) -> Alert:
    """The alert that tells the operator. Its reason is public, so it names no address and no answer."""
    words = WORDS[language]
    name = "channel" if trouble.kind is TroubleKind.CHANNEL else "address"
    return Alert(
        id=notice_id(trouble),
        night=night,
        kind=AlertKind.NOTICE,
        recipient=operator,
        language=language,
        reason=words[f"reason_{name}"].format(subject=clean(trouble.subject) if name == "channel" else ""),
        channels=channels,
    )


def compose_notice(trouble: Trouble, alert: Alert) -> Message:
    """The message of that alert."""
    words = WORDS[alert.language]
    kind = "channel" if trouble.kind is TroubleKind.CHANNEL else "address"
    if trouble.failure == DeliveryFailure.REFUSED:
        kind = "refused"
    values = {
        "subject": clean(trouble.subject, 120),
        "since": f"{trouble.since:%Y-%m-%d %H:%M} UTC",
        "reason": clean(trouble.reason, 500).rstrip("."),
        "id": trouble.id,
    }
    steps = words[f"steps_{kind}"].format(**values).split("\n")
    lines = [
        words[f"what_{kind}"].format(**values),
        "",
        words["answer"].format(**values),
        "",
        words[f"then_{kind}"].format(**values),
        "",
        words["todo"],
        *(f"{number}. {step}" for number, step in enumerate(steps, 1)),
        "",
    ]
    text = "\n".join(lines)
    return Message(
        id=alert.id,
        night=alert.night.isoformat(),
        subject=clean(words[f"subject_{kind}"].format(**values), 180),
        text=text,
        html=f'<!doctype html>\n<html lang="{alert.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"></head>'
        '<body style="font-family: sans-serif; line-height: 1.5; max-width: 40em; margin: 1em auto; '
        f'padding: 0 1em; white-space: pre-line">{escape(text)}</body></html>\n',
    )


WORDS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "reason_channel": "el canal «{subject}» quedó desactivado: nada pasa por él",
        "reason_address": "a una dirección no se le puede escribir",
        "subject_channel": "Veedor: el canal «{subject}» quedó desactivado",
        "subject_address": "Veedor: no se puede escribir a {subject}",
        "subject_refused": "Veedor: {subject} no acepta un aviso",
        "what_channel": "Desde el {since} no se puede entregar ningún aviso por el canal «{subject}».",
        "what_address": "La dirección {subject} ya no recibe correo (visto el {since}).",
        "what_refused": "El servidor de correo de {subject} rechazó un aviso (visto el {since}).",
        "answer": "Lo que se observó: {reason}.",
        "then_channel": "El canal quedó desactivado, para no insistir en vano. Los avisos que esperan salen cuando se "
        "reactive, si no tienen más de 7 días.",
        "then_address": "El aviso no llegó y no se intentará de nuevo. Quien responde por los datos no sabe qué falló.",
        "then_refused": "El aviso no llegó y no se intentará de nuevo. Los siguientes se enviarán como siempre.",
        "todo": "Qué hacer:",
        "steps_channel": "Corrija la variable de entorno del canal, o su entrada en `channels:` de sources.yaml. Al "
        "cambiarla, se reactiva solo.\nSi la falla estaba del otro lado y ya se corrigió, borre el archivo "
        "`delivery/{id}.json` de la carpeta de datos para reactivarlo.",
        "steps_address": "Pida a la institución la dirección correcta.\nEscríbala en `owner.email` de sources.yaml, o "
        "pida que la corrijan en su portal.",
        "steps_refused": "Lea la respuesta: suele decir si fue por una política, por el tamaño o por un buzón lleno.\n"
        "Avise a la institución por otro medio; el mensaje está en la carpeta `outbox`.",
    },
    "en": {
        "reason_channel": "the channel “{subject}” is switched off: nothing passes through it",
        "reason_address": "an address cannot be written to",
        "subject_channel": "Veedor: the channel “{subject}” is switched off",
        "subject_address": "Veedor: {subject} cannot be written to",
        "subject_refused": "Veedor: {subject} does not take an alert",
        "what_channel": "Since {since} no alert can be delivered through the channel “{subject}”.",
        "what_address": "The address {subject} no longer takes mail (seen on {since}).",
        "what_refused": "The mail server of {subject} refused an alert (seen on {since}).",
        "answer": "What was seen: {reason}.",
        "then_channel": "The channel is switched off, so as not to try in vain. The alerts that wait are sent once it "
        "is on again, if they are not older than 7 days.",
        "then_address": "The alert did not arrive and is not tried again. Whoever answers for the data does not know "
        "what broke.",
        "then_refused": "The alert did not arrive and is not tried again. The next ones are sent as ever.",
        "todo": "What to do:",
        "steps_channel": "Correct the channel's environment variable, or its entry under `channels:` in sources.yaml. "
        "The change switches it on again.\nIf the fault was on the other side and is mended, delete the file "
        "`delivery/{id}.json` in the data folder to switch it on.",
        "steps_address": "Ask the institution for the right address.\nWrite it in `owner.email` of sources.yaml, or "
        "ask them to correct it on their portal.",
        "steps_refused": "Read the answer: it mostly says whether a policy, the size or a full mailbox was the cause.\n"
        "Tell the institution in another way; the message is in the folder `outbox`.",
    },
}
