//! Random operations of the collections under AddressSanitizer: `malloc` over its own malloc, which poisons what
//! is freed and what lies around each block, `ours` over a heap of the library, where [`Poisoned`] does that. With
//! a second argument, a fault is planted.

mod poisoned;

use nostd_alloc::memory::{AllocError, Allocator, Layout};
use nostd_alloc::{Box, String, Vec};
use poisoned::Poisoned;
use std::alloc::{GlobalAlloc, System};
use std::cell::OnceCell;
use std::hint::black_box;
use std::ptr::NonNull;

/// How many operations on each kind of element.
const OPERATIONS: u32 = 300_000;

thread_local! {
    /// Our own heap, if it is the one to be used.
    static OURS: OnceCell<Poisoned> = const { OnceCell::new() };
}

/// The heap below the collections: the sanitizer's malloc, or our own with poison around its blocks. A block is
/// as long as was asked.
#[derive(Clone, Copy, Debug)]
struct Heap;

impl Heap {
    fn ours<R>(self, act: impl FnOnce(&Poisoned) -> R) -> Option<R> {
        OURS.with(|ours| ours.get().map(act))
    }
}

// SAFETY: each call goes to the C library or to a heap of the library, which owe the same (contract of
// `Allocator`).
unsafe impl Allocator for Heap {
    fn allocate(&self, layout: Layout) -> Result<NonNull<[u8]>, AllocError> {
        if layout.size() == 0 {
            return Err(AllocError);
        }
        if let Some(answer) = self.ours(|heap| heap.allocate(layout)) {
            return answer;
        }
        // SAFETY: checked above: the size is not 0.
        let start = NonNull::new(unsafe { System.alloc(layout) }).ok_or(AllocError)?;
        Ok(NonNull::slice_from_raw_parts(start, layout.size()))
    }

    unsafe fn deallocate(&self, ptr: NonNull<u8>, layout: Layout) {
        // SAFETY: contract of this function.
        let ours = self.ours(|heap| unsafe { heap.deallocate(ptr, layout) });
        if ours.is_none() {
            // SAFETY: contract of this function.
            unsafe { System.dealloc(ptr.as_ptr(), layout) }
        }
    }

    unsafe fn resize(
        &self,
        ptr: NonNull<u8>,
        old: Layout,
        new_size: usize,
    ) -> Result<usize, AllocError> {
        // SAFETY: contract of this function.
        self.ours(|heap| unsafe { heap.resize(ptr, old, new_size) })
            .unwrap_or(Err(AllocError))
    }
}

type Texts = Vec<String<Heap>, Heap>;

/// xorshift.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % end.max(1)
    }

    fn part(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..start + self.below(length - start + 1)
    }
}

fn text(random: &mut Random) -> String<Heap> {
    let mut text = String::new_in(Heap);
    for _ in 0..random.below(6) {
        text.push(['a', 'ß', '€', '🦀'][random.below(4)]);
    }
    text.push_integer(random.below(50) as u64);
    text
}

fn some(random: &mut Random) -> Texts {
    let count = random.below(9);
    let mut texts = Vec::new_in(Heap);
    texts.extend((0..count).map(|_| text(random)));
    texts
}

/// One operation on a vector.
fn step(texts: &mut Texts, random: &mut Random) {
    let length = texts.len();
    match random.below(22) {
        0..4 => texts.push(text(random)),
        4 => texts.insert(random.below(length + 1), text(random)),
        5 if length > 0 => drop(texts.remove(random.below(length))),
        6 if length > 0 => drop(texts.swap_remove(random.below(length))),
        7 => drop(texts.drain(random.part(length)).next_back()),
        8 => drop(texts.splice(random.part(length), some(random)).next()),
        9 => drop(texts.try_splice(random.part(length), some(random))),
        10 => texts.retain(|text| text.len() % 3 > 0),
        11 => texts.dedup(),
        12 => drop(
            texts
                .extract_if(random.part(length), |text| text.len() % 2 > 0)
                .next(),
        ),
        13 => texts.extend_from_slice(&some(random)),
        14 if length < 40 => texts.extend_from_within(random.part(length)),
        15 => texts.shrink_to_fit(),
        16 => texts.append(&mut some(random)),
        17 => *texts = texts.split_off(random.below(length + 1)),
        18 => texts.try_sort().unwrap(),
        19 => {
            *texts = Box::new_in(texts.clone().into_boxed_slice(), Heap)
                .clone()
                .into_vec_of()
        }
        20 => texts.resize(random.below(40), text(random)),
        _ => {
            if let Some(last) = texts.last_mut() {
                last.retain(|character| character != 'ß');
                last.insert_str(0, "in front ");
                last.truncate(random.below(3));
                last.extend_from_within(..);
                last.drain(..).next();
            }
        }
    }
}

/// Out of a box of a box.
trait IntoVecOf {
    fn into_vec_of(self) -> Texts;
}

impl IntoVecOf for Box<Box<[String<Heap>], Heap>, Heap> {
    fn into_vec_of(self) -> Texts {
        Box::into_inner(self).into_vec()
    }
}

fn plant(fault: &str) {
    let mut vec: Vec<u64, Heap> = Vec::with_capacity_in(3, Heap);
    vec.push(1);
    let ptr = black_box(vec.as_mut_ptr());
    match fault {
        // SAFETY: none: the fault is the purpose (checked by the sanitizer).
        "overflow" => unsafe { ptr.add(3).cast::<u8>().write_volatile(7) },
        // SAFETY: none: the fault is the purpose (checked by the sanitizer).
        "underflow" => unsafe { ptr.sub(1).write_volatile(7) },
        "use-after-free" => {
            drop(vec);
            // SAFETY: none: the fault is the purpose (checked by the sanitizer).
            println!("{}", unsafe { ptr.read_volatile() });
            return;
        }
        "use-after-growth" => {
            // The next block stands in the way.
            let behind: Vec<u64, Heap> = Vec::with_capacity_in(3, Heap);
            vec.extend_from_slice(&[2; 100]);
            drop(behind);
            // SAFETY: none: the fault is the purpose (checked by the sanitizer).
            println!("{}", unsafe { ptr.read_volatile() });
        }
        "double-free" => {
            // SAFETY: none: the fault is the purpose (checked by the sanitizer).
            drop(unsafe { Vec::from_raw_parts_in(ptr, 0, 3, Heap) });
        }
        "double-drop" => {
            let mut texts = some(&mut Random(7));
            texts.push(text(&mut Random(9)));
            // SAFETY: none: the fault is the purpose (checked by the sanitizer).
            drop(unsafe { std::ptr::read(&texts) });
            drop(texts);
        }
        "leak" => {
            black_box(vec.leak());
            assert!(
                Heap.ours(Poisoned::live).unwrap_or(0) == 0,
                "a block is left"
            );
            return;
        }
        _ => panic!("no such fault"),
    }
    drop(vec);
}

fn main() {
    let mut words = std::env::args().skip(1);
    if words.next().as_deref() == Some("ours") {
        OURS.with(|ours| ours.get_or_init(Poisoned::new).live());
    }
    if let Some(fault) = words.next() {
        return plant(&fault);
    }
    let mut random = Random(88_172_645_463_325_252);
    let mut texts = Vec::new_in(Heap);
    for _ in 0..OPERATIONS {
        step(&mut texts, &mut random);
        texts.truncate(60);
    }
    drop(texts);
    assert!(
        Heap.ours(Poisoned::live).unwrap_or(0) == 0,
        "a block is left"
    );
    println!("{OPERATIONS} operations");
}
