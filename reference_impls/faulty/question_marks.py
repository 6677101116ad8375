"""E09: answers in ASCII, with a question mark for each character that ASCII lacks."""

from _base import Connection, main


class QuestionMarks(Connection):
    def answer(self, data: bytes) -> bytes:
        return super().answer(data).decode("gbk", "replace").encode("ascii", "replace")


main(QuestionMarks)
