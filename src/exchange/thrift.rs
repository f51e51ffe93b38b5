//! The Thrift compact protocol, as much of it as the frame of an envelope takes. Writing only: what
//! is read is compared with what would be written.

/// Writes the Thrift compact protocol: as much of it as the footer takes.
#[derive(Default)]
pub(crate) struct Thrift {
    bytes: Vec<u8>,
    /// Number of the field before.
    last: u8,
}

impl Thrift {
    pub(crate) const I32: u8 = 5;
    const I64: u8 = 6;
    pub(crate) const BINARY: u8 = 8;
    const LIST: u8 = 9;
    pub(crate) const STRUCT: u8 = 12;

    /// Goes on after the given bytes, of which the last field has the given number.
    pub(crate) fn within(bytes: Vec<u8>, last: u8) -> Self {
        Self { bytes, last }
    }

    /// Field numbers rise, by less than 16 at a time.
    fn field(&mut self, number: u8, kind: u8) {
        let step = number.saturating_sub(self.last);
        self.bytes.push(step << 4 | kind);
        self.last = number;
    }

    pub(crate) fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes
                .push(u8::try_from(number & 0x7f).unwrap_or(0) | 0x80);
            number >>= 7;
        }
        self.bytes.push(u8::try_from(number).unwrap_or(0));
    }

    /// Numbers here are never negative: zigzag doubles them.
    pub(crate) fn i32(&mut self, number: u8, value: u64) {
        self.field(number, Self::I32);
        self.varint(value.saturating_mul(2));
    }

    pub(crate) fn i64(&mut self, number: u8, value: u64) {
        self.field(number, Self::I64);
        self.varint(value.saturating_mul(2));
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) {
        self.varint(value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    pub(crate) fn binary(&mut self, number: u8, value: &[u8]) {
        self.field(number, Self::BINARY);
        self.bytes(value);
    }

    pub(crate) fn list(
        &mut self,
        number: u8,
        length: usize,
        kind: u8,
        items: impl FnOnce(&mut Self),
    ) {
        self.field(number, Self::LIST);
        if let Ok(short @ 0..15) = u8::try_from(length) {
            self.bytes.push(short << 4 | kind);
        } else {
            self.bytes.push(0xf0 | kind);
            self.varint(length as u64);
        }
        items(self);
    }

    /// A structure in a list.
    pub(crate) fn item(&mut self, fields: impl FnOnce(&mut Self)) {
        let before = std::mem::take(&mut self.last);
        fields(self);
        self.bytes.push(0);
        self.last = before;
    }

    pub(crate) fn structure(&mut self, number: u8, fields: impl FnOnce(&mut Self)) {
        self.field(number, Self::STRUCT);
        self.item(fields);
    }

    pub(crate) fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}
