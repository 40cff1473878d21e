//! The tables of an ELF file, and what must be true of them.

use object::Endianness;
use object::elf::{
    EM_X86_64, ET_DYN, ET_EXEC, FileHeader64, PF_R, PF_W, PF_X, PT_DYNAMIC, PT_GNU_STACK,
    PT_INTERP, PT_LOAD, PT_NULL, ProgramFlags, ProgramHeader64, ProgramType, SHN_UNDEF,
};
use object::read::elf::{FileHeader as _, ProgramHeader as _, SectionHeader as _, Sym as _};

type Header = FileHeader64<Endianness>;

/// Byte offsets in the file: of the entry address and of the first program header's place in the header,
/// and of type and flags in a program header.
const ENTRY_AT: usize = 24;
const TYPE_AT: usize = 16;
const HEADERS_AT: usize = 64;
const HEADER_BYTES: usize = 56;
const FLAGS_AT: usize = 4;

/// Tables of addresses that the linker fills: they need no writing at run time.
const POINTER_SECTIONS: &[&str] = &[".relro", ".got", ".data.rel.ro"];

/// An ELF file.
pub(crate) struct Image<'a> {
    bytes: &'a [u8],
    header: &'a Header,
    segments: &'a [ProgramHeader64<Endianness>],
}

/// Little-endian, as x86-64 is.
const ENDIAN: Endianness = Endianness::Little;

impl<'a> Image<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Image<'a> {
        let header = Header::parse(bytes).expect("the file is ELF64");
        let segments = header
            .program_headers(ENDIAN, bytes)
            .expect("there are program headers");
        Image {
            bytes,
            header,
            segments,
        }
    }

    /// What is wrong with the file: empty for a good one.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut demand = |holds: bool, what: String| {
            if !holds {
                faults.push(what);
            }
        };
        let kind = self.header.e_type(ENDIAN);
        demand(
            kind == ET_EXEC,
            format!("not at a fixed address: type {kind:?}"),
        );
        demand(
            self.header.e_machine(ENDIAN) == EM_X86_64,
            "not for x86-64".to_owned(),
        );
        demand(
            self.of_type(PT_INTERP).next().is_none(),
            "an interpreter".to_owned(),
        );
        demand(
            self.of_type(PT_DYNAMIC).next().is_none(),
            "a dynamic section".to_owned(),
        );
        for segment in self.of_type(PT_LOAD) {
            let flags = segment.p_flags(ENDIAN);
            let both = flags.contains(PF_W | PF_X);
            demand(
                !both,
                format!("a writable and executable segment: {flags:?}"),
            );
        }
        let mut stacks = self.of_type(PT_GNU_STACK);
        let stack = stacks
            .next()
            .is_some_and(|stack| !stack.p_flags(ENDIAN).contains(PF_X));
        demand(stack, "an executable stack".to_owned());
        let code = self
            .segment_of(self.entry())
            .is_some_and(|flags| flags.contains(PF_X));
        demand(
            code,
            format!("an entry outside the code: {:#x}", self.entry()),
        );
        for name in self.undefined() {
            demand(false, format!("an undefined symbol: {name}"));
        }
        for (name, address) in self.pointer_sections() {
            let writable = self
                .segment_of(address)
                .is_none_or(|flags| flags.contains(PF_W));
            demand(!writable, format!("writable pointers: {name}"));
        }
        faults
    }

    fn of_type(&self, kind: ProgramType) -> impl Iterator<Item = &'a ProgramHeader64<Endianness>> {
        self.segments
            .iter()
            .filter(move |segment| segment.p_type(ENDIAN) == kind)
    }

    /// The rights of the segment that an address lies in.
    fn segment_of(&self, address: u64) -> Option<ProgramFlags> {
        self.of_type(PT_LOAD)
            .find(|segment| {
                let start = segment.p_vaddr(ENDIAN);
                (start..start + segment.p_memsz(ENDIAN)).contains(&address)
            })
            .map(|segment| segment.p_flags(ENDIAN))
    }

    pub(crate) fn entry(&self) -> u64 {
        self.header.e_entry(ENDIAN)
    }

    pub(crate) fn writable_segments(&self) -> usize {
        self.of_type(PT_LOAD)
            .filter(|segment| segment.p_flags(ENDIAN).contains(PF_W))
            .count()
    }

    /// The names of symbols that nobody defines; number 0 is undefined in every file.
    fn undefined(&self) -> Vec<String> {
        let sections = self
            .header
            .sections(ENDIAN, self.bytes)
            .expect("there are sections");
        let symbols = sections
            .symbols(ENDIAN, self.bytes, object::elf::SHT_SYMTAB)
            .expect("the symbols can be read");
        let undefined = symbols
            .iter()
            .skip(1)
            .filter(|symbol| symbol.st_shndx(ENDIAN) == SHN_UNDEF);
        undefined
            .map(|symbol| {
                let name = symbol.name(ENDIAN, symbols.strings()).unwrap_or_default();
                String::from_utf8_lossy(name).into_owned()
            })
            .collect()
    }

    /// How many symbols the file has.
    pub(crate) fn symbols(&self) -> usize {
        let sections = self
            .header
            .sections(ENDIAN, self.bytes)
            .expect("there are sections");
        sections
            .symbols(ENDIAN, self.bytes, object::elf::SHT_SYMTAB)
            .expect("the symbols can be read")
            .len()
    }

    /// Name and address of each section that holds addresses.
    fn pointer_sections(&self) -> Vec<(String, u64)> {
        let sections = self
            .header
            .sections(ENDIAN, self.bytes)
            .expect("there are sections");
        let named = sections.iter().filter_map(|section| {
            let name = sections.section_name(ENDIAN, section).ok()?;
            Some((
                String::from_utf8_lossy(name).into_owned(),
                section.sh_addr(ENDIAN),
            ))
        });
        named
            .filter(|(name, _)| POINTER_SECTIONS.iter().any(|begin| name.starts_with(begin)))
            .collect()
    }

    /// Address and bytes of the code.
    pub(crate) fn code(&self) -> Option<(u64, &'a [u8])> {
        let sections = self
            .header
            .sections(ENDIAN, self.bytes)
            .expect("there are sections");
        let (_, section) = sections.section_by_name(ENDIAN, b".text")?;
        Some((
            section.sh_addr(ENDIAN),
            section.data(ENDIAN, self.bytes).ok()?,
        ))
    }
}

/// The place of a number in the file, written as the file has it.
fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

/// Where the program header of the first segment of a type and with some rights stands.
fn segment(bytes: &[u8], kind: ProgramType, flags: ProgramFlags) -> usize {
    let image = Image::read(bytes);
    let index = image.segments.iter().position(|segment| {
        segment.p_type(ENDIAN) == kind && segment.p_flags(ENDIAN).contains(flags)
    });
    HEADERS_AT + index.expect("there is such a segment") * HEADER_BYTES
}

/// Changes the bytes of a good file.
type Damage = fn(&mut Vec<u8>);

/// A part of the fault that must be found, and the damage.
pub(crate) const DAMAGES: &[(&str, Damage)] = &[
    ("fixed address", |bytes| {
        put(bytes, TYPE_AT, &ET_DYN.0.to_le_bytes())
    }),
    ("entry outside", |bytes| {
        put(bytes, ENTRY_AT, &0u64.to_le_bytes())
    }),
    ("an interpreter", |bytes| retype(bytes, PT_INTERP)),
    ("a dynamic section", |bytes| retype(bytes, PT_DYNAMIC)),
    ("an executable stack", |bytes| retype(bytes, PT_NULL)),
    ("an executable stack", |bytes| {
        let at = segment(bytes, PT_GNU_STACK, PF_R);
        put(bytes, at + FLAGS_AT, &(PF_R | PF_W | PF_X).0.to_le_bytes());
    }),
    ("writable and executable", |bytes| {
        let at = segment(bytes, PT_LOAD, PF_X);
        put(bytes, at + FLAGS_AT, &(PF_R | PF_W | PF_X).0.to_le_bytes());
    }),
    ("writable pointers", |bytes| {
        let at = segment(bytes, PT_LOAD, PF_R);
        put(bytes, at + FLAGS_AT, &(PF_R | PF_W).0.to_le_bytes());
    }),
    ("an undefined symbol", |bytes| {
        let at = last_symbol(bytes);
        put(bytes, at + 6, &SHN_UNDEF.0.to_le_bytes());
    }),
];

/// The header of the stack becomes one of another type.
fn retype(bytes: &mut [u8], kind: ProgramType) {
    let at = segment(bytes, PT_GNU_STACK, PF_R);
    put(bytes, at, &kind.0.to_le_bytes());
}

/// Where the last entry of the symbol table stands; its section number is at byte 6 of its 24.
fn last_symbol(bytes: &[u8]) -> usize {
    const SYMBOL_BYTES: u64 = 24;
    let image = Image::read(bytes);
    let sections = image
        .header
        .sections(ENDIAN, bytes)
        .expect("there are sections");
    let table = sections
        .iter()
        .find(|section| section.sh_type(ENDIAN) == object::elf::SHT_SYMTAB)
        .expect("a debug build has symbols");
    let end = table.sh_offset(ENDIAN) + table.sh_size(ENDIAN);
    usize::try_from(end - SYMBOL_BYTES).expect("the file is in memory")
}
