//! `Vec<T, A>`: elements one behind the other in one block, which grows.
//!
//! ```text
//! ptr                  ptr + length             ptr + capacity
//! | value 0 | value 1 | not yet, or no more     |
//! |<----- length ---->|<-- spare capacity ----->|
//! ```
//!
//! std's names, signatures and behaviour. What may need memory has a twin that begins with `try_`; after
//! its `Err` the vector is as before, and a value that was passed in comes back.
//!
//! # How is this safe?
//! **Length** carries everything, and two small steps carry **Length**: a value is written before the length
//! goes up, and the length goes down before a value is read out or dropped. So whatever code of the user
//! runs in between, and even if it panics, the first `length` slots hold values: an element may leak, but is
//! never dropped twice. Methods that open a hole in the middle (`retain`, `dedup`, `drain`, `extract_if`,
//! `splice`) set the length to the start of the hole first, and a guard closes it at the end, also while
//! unwinding. A range of the user is asked for its bounds once. No slice is made over slots that an
//! iterator has handed out.
//!
//! # Costs
//! Three words and the allocator (nothing for one without state). `push` is amortised constant: a comparison
//! and a store, else a call that grows. Taking from or adding to the middle moves what lies behind.
//!
//! # Source
//! std's `Vec` for the interface; hashbrown for one algorithm behind both twins; the value in the error as in
//! the kernel's `KVec` (Rust for Linux, `rust/kernel/alloc/kvec.rs`).

mod capacity;
mod convert;
mod drain;
mod extend;
mod extract_if;
mod from_elem;
mod grow;
mod into_iter;
mod push;
mod raw_parts;
mod remove;
mod resize;
mod retain;
mod sieve;
mod sort;
mod splice;
mod traits;
mod zeroed;

pub use drain::Drain;
pub use extract_if::ExtractIf;
pub use from_elem::{from_elem, from_zero, try_from_elem, try_from_zero};
pub use into_iter::IntoIter;
pub use splice::Splice;
pub use zeroed::{Zeroable, vec_zeroed};

use super::raw_buffer::RawBuffer;
use crate::heap::Global;
use crate::memory::Allocator;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::ptr;
use core::slice;

/// A growable array.
///
/// # Invariants
/// - **Length**: the first `length` slots of the buffer hold values, the others do not; `length` is at most
///   the capacity.
///
/// # Examples
/// ```
/// use nostd_alloc::collections::{TryReserveError, Vec};
/// use nostd_alloc::memory::Kernel;
///
/// let mut primes = Vec::new_in(Kernel);
/// primes.try_push(2)?;
/// primes.try_extend_from_slice(&[3, 5, 7])?;
/// assert_eq!(primes.pop(), Some(7));
/// assert_eq!(primes.as_slice(), [2, 3, 5]);
/// # Ok::<(), TryReserveError>(())
/// ```
pub struct Vec<T, A: Allocator = Global> {
    buffer: RawBuffer<T, A>,
    length: usize,
}

impl<T, A: Allocator> Vec<T, A> {
    /// The buffer and the length; the elements are the caller's.
    pub(super) fn into_buffer(self) -> (RawBuffer<T, A>, usize) {
        let this = ManuallyDrop::new(self);
        // SAFETY: the buffer comes from a vector that is neither used nor dropped any more.
        let buffer = unsafe { (&raw const this.buffer).read() };
        (buffer, this.length)
    }

    /// The allocator that the elements live in.
    ///
    /// ```
    /// let _: &nostd_alloc::heap::Global = nostd_alloc::vec![1].allocator();
    /// ```
    #[inline]
    pub const fn allocator(&self) -> &A {
        self.buffer.allocator()
    }

    /// For how many elements there is room without asking for memory: all that the allocator gave.
    ///
    /// ```
    /// assert!(nostd_alloc::vec![1_u8].capacity() >= 1);
    /// ```
    #[inline]
    pub const fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    /// How many elements there are.
    ///
    /// ```
    /// assert_eq!(nostd_alloc::vec![1, 2].len(), 2);
    /// ```
    #[inline]
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether there is no element.
    ///
    /// ```
    /// assert!(nostd_alloc::Vec::<u8>::new().is_empty());
    /// ```
    #[inline]
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The first slot; aligned and not null, but dangling where there is no block.
    ///
    /// ```
    /// let vec = nostd_alloc::vec![1, 2];
    /// assert_eq!(vec.as_ptr(), &raw const vec[0]);
    /// ```
    #[inline]
    pub const fn as_ptr(&self) -> *const T {
        self.buffer.ptr().as_ptr().cast_const()
    }

    /// As [`Vec::as_ptr`], to write through.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1];
    /// // SAFETY: origin of the pointer: a vector of one element.
    /// unsafe { *vec.as_mut_ptr() = 2 };
    /// assert_eq!(vec, [2]);
    /// ```
    #[inline]
    pub const fn as_mut_ptr(&mut self) -> *mut T {
        self.buffer.ptr().as_ptr()
    }

    /// The elements.
    ///
    /// ```
    /// assert_eq!(nostd_alloc::vec![1, 2].as_slice().iter().sum::<i32>(), 3);
    /// ```
    #[inline]
    pub const fn as_slice(&self) -> &[T] {
        // SAFETY: by **Length** of `Vec` the slots hold values, and they are borrowed with the vector.
        unsafe { slice::from_raw_parts(self.as_ptr(), self.length) }
    }

    /// The elements, to change.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![2, 1];
    /// vec.as_mut_slice().reverse();
    /// assert_eq!(vec, [1, 2]);
    /// ```
    #[inline]
    pub const fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: by **Length** of `Vec` the slots hold values, and they are borrowed with the vector alone.
        unsafe { slice::from_raw_parts_mut(self.as_mut_ptr(), self.length) }
    }

    /// The slots behind the elements: fill some, then say so with [`Vec::set_len`].
    ///
    /// ```
    /// let mut vec = nostd_alloc::Vec::with_capacity(4);
    /// vec.spare_capacity_mut()[0].write(7);
    /// // SAFETY: checked above: the slot was just written.
    /// unsafe { vec.set_len(1) };
    /// assert_eq!(vec, [7]);
    /// ```
    #[inline]
    pub fn spare_capacity_mut(&mut self) -> &mut [MaybeUninit<T>] {
        let spare = self.capacity() - self.length;
        // SAFETY: by **Length** of `Vec`, `length` is at most the capacity, so that the slots lie in the
        // buffer; a `MaybeUninit` needs no value.
        unsafe { slice::from_raw_parts_mut(self.end().cast(), spare) }
    }

    /// Says how many slots hold values, without looking.
    ///
    /// ```
    /// let mut vec = nostd_alloc::vec![1, 2, 3];
    /// // SAFETY: checked above: the first element is there, and numbers need no drop.
    /// unsafe { vec.set_len(1) };
    /// assert_eq!(vec, [1]);
    /// ```
    ///
    /// # Safety
    /// - `new_len` is at most the capacity.
    /// - The first `new_len` slots hold values.
    #[inline]
    pub unsafe fn set_len(&mut self, new_len: usize) {
        debug_assert!(new_len <= self.capacity());
        // INVARIANT: **Length** holds by the contract of this function.
        self.length = new_len;
    }

    /// The elements for as long as the allocator lives; the vector is never dropped.
    ///
    /// ```
    /// let slice: &'static mut [i32] = nostd_alloc::vec![1, 2].leak();
    /// slice[0] = 5;
    /// assert_eq!(slice, [5, 2]);
    /// ```
    pub fn leak<'a>(self) -> &'a mut [T]
    where
        A: 'a,
    {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: by **Length** of `Vec` the slots hold values; nobody else can reach the vector any more.
        unsafe { slice::from_raw_parts_mut(this.as_mut_ptr(), this.length) }
    }

    /// The slot behind the last element.
    #[inline]
    fn end(&mut self) -> *mut T {
        // SAFETY: by **Length** of `Vec`, `length` is at most the capacity.
        unsafe { self.as_mut_ptr().add(self.length) }
    }

    /// Asserts every invariant by name.
    #[cfg(test)]
    pub(super) fn verify(&self) {
        assert!(self.length <= self.capacity(), "Length");
        assert!(self.as_ptr().is_aligned(), "Block: alignment");
    }
}

impl<T, A: Allocator> Drop for Vec<T, A> {
    fn drop(&mut self) {
        // SAFETY: by **Length** of `Vec` the slots hold values, and nobody uses them after this; the buffer
        // goes by itself, also if an element's drop panics.
        unsafe {
            ptr::drop_in_place(ptr::slice_from_raw_parts_mut(
                self.as_mut_ptr(),
                self.length,
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Kernel, Ration, Region};
    use std::rc::Rc;

    #[test]
    fn a_vector_is_three_words_and_an_option_costs_nothing() {
        assert_eq!(size_of::<Vec<u8>>(), 24);
        assert_eq!(size_of::<Option<Vec<u8>>>(), 24);
        assert_eq!(size_of::<Vec<u8, &Kernel>>(), 32);
    }

    #[test]
    fn pushed_values_come_back_in_order_and_go_once() {
        let value = Rc::new(());
        let mut vec = Vec::new_in(Kernel);
        for index in 0..10_000 {
            vec.push((index, value.clone()));
            vec.verify();
        }
        assert_eq!(vec.pop().map(|pair| pair.0), Some(9_999));
        assert_eq!(vec.remove(5).0, 5);
        vec.insert(5, (5, value.clone()));
        assert!(vec.iter().map(|pair| pair.0).eq(0..9_999));
        assert_eq!(vec.drain(10..9_990).map(|pair| pair.0).max(), Some(9_989));
        assert_eq!(Rc::strong_count(&value), 20);
        let mut rest = vec.into_iter();
        assert_eq!(rest.nth(9).map(|pair| pair.0), Some(9));
        assert_eq!(rest.next_back().map(|pair| pair.0), Some(9_998));
        drop(rest);
        assert_eq!(Rc::strong_count(&value), 1);
    }

    #[test]
    fn a_region_serves_vectors_without_a_kernel() {
        let mut bytes = [MaybeUninit::uninit(); 64];
        let region = Region::new(&mut bytes);
        let mut vec: Vec<u8, &Region> = Vec::new_in(&region);
        while vec.try_push(7).is_ok() {}
        assert_eq!(vec.len(), 64, "the last block grows in place");
        assert_eq!(vec.try_insert(3, 8).unwrap_err().into_value(), 8);
        drop(vec);
        assert_eq!(region.free_bytes(), 64);
    }

    #[test]
    fn a_refusal_leaves_everything_as_it_was() {
        let ration = Ration::of_bytes(Kernel, 4096);
        let mut vec = Vec::new_in(&ration);
        vec.extend_from_slice(&[1_u64; 500]);
        assert!(vec.try_extend_from_slice(&[2; 13]).is_err());
        assert!(vec.try_extend(0..100).is_err());
        assert_eq!(vec.try_resize(600, 3).unwrap_err().into_value(), 3);
        assert!(vec.try_clone().is_err());
        assert_eq!(vec, [1; 500]);
        drop(vec);
        assert_eq!(ration.held_bytes(), 0);
    }

    #[test]
    fn elements_without_size_need_no_block() {
        let ration = Ration::of_bytes(Kernel, 0);
        let mut vec = Vec::new_in(&ration);
        vec.extend_from_slice(&[(); 1000]);
        assert_eq!((vec.len(), vec.capacity()), (1000, usize::MAX));
        assert!(vec.try_reserve(usize::MAX - 999).is_err());
        assert_eq!(vec.into_iter().count(), 1000);
    }
}
