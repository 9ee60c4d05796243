"""What a mail server does with a mail: keep it in a folder. While a pipe named `retenir` stands in that folder,
the mail is kept and the answer held back; while a file `refuser` stands there, the mail is refused for good."""

import asyncio
import email
import email.policy
import json
import os
import uuid


class Boite:
    def __init__(self, folder):
        self.folder = folder

    @classmethod
    def from_cli(cls, parser, folder):
        return cls(folder)

    async def handle_DATA(self, server, session, envelope):
        if os.path.exists(os.path.join(self.folder, "refuser")):
            return "550 5.1.1 nobody here"
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        read = {
            "to": ",".join(envelope.rcpt_tos),
            "message_id": str(mail["Message-ID"]),
            "from": str(mail["From"]),
            "reply_to": str(mail["Reply-To"] or ""),
            "sujet": str(mail["Subject"]),
            # Lines end with CRLF on the way.
            "corps": mail.get_content().replace("\r\n", "\n"),
        }
        path = os.path.join(self.folder, uuid.uuid4().hex)
        with open(path + ".part", "w") as file:
            json.dump(read, file)
        os.rename(path + ".part", path + ".json")
        try:
            # Whoever opens a pipe waits for the other end: the test's.
            os.close(await asyncio.to_thread(os.open, os.path.join(self.folder, "retenir"), os.O_RDONLY))
        except FileNotFoundError:
            pass
        return "250 OK"
