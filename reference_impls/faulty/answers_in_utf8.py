"""E09, G06: understands GBK and answers in UTF-8."""

from _base import Connection, main


class AnswersInUtf8(Connection):
    def handle(self, data: bytes) -> bytes:
        text = self.text(data)
        self.show(text)
        return text.encode() if self.options.reply == "echo" else self.answer(data)


main(AnswersInUtf8)
