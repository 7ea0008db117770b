"""What an office holds while messages come and go: records by kind and id, asked as `Format.settle` asks."""

from koschuso.interchange import ical


class Store(dict):
    """What an office holds."""

    def __init__(self, *records):
        super().__init__({(record.KIND, record.id): record for record in records})

    def __call__(self, kind, id_):
        return self.get((kind, id_))

    def where(self, kind, field, value):
        return [record for (of, _), record in self.items() if of == kind and getattr(record, field) == value]

    def take(self, data):
        reading = ical.FORMAT.apply(ical.read(data), self)
        for record in reading.records:
            self[record.KIND, record.id] = record
        return reading
