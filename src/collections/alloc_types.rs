//! From and to the types of the `alloc` crate, for programs that have both.
//!
//! Elements move one by one into a block of the other side's heap: the two do not share one in general.

use super::boxed::Box;
use super::string::String;
use super::vec::Vec;
use crate::memory::Allocator;
use alloc::collections::{BinaryHeap, VecDeque};
use alloc::ffi::{CString, IntoStringError};
use alloc::rc::Rc;
use alloc::string::String as AllocString;
use alloc::sync::Arc;
use alloc::vec::Vec as AllocVec;
use core::ffi::CStr;
use core::num::NonZero;

impl<T> From<AllocVec<T>> for Vec<T> {
    /// ```
    /// let ours = nostd_alloc::Vec::from(std::vec![1, 2]);
    /// assert_eq!(std::vec::Vec::from(ours), [1, 2]);
    /// ```
    fn from(vec: AllocVec<T>) -> Vec<T> {
        vec.into_iter().collect()
    }
}

impl<T, A: Allocator> From<Vec<T, A>> for AllocVec<T> {
    fn from(vec: Vec<T, A>) -> AllocVec<T> {
        vec.into_iter().collect()
    }
}

impl From<AllocString> for String {
    fn from(text: AllocString) -> String {
        String::from(text.as_str())
    }
}

impl<A: Allocator> From<String<A>> for AllocString {
    fn from(text: String<A>) -> AllocString {
        AllocString::from(text.as_str())
    }
}

impl<T> From<VecDeque<T>> for Vec<T> {
    fn from(deque: VecDeque<T>) -> Vec<T> {
        deque.into_iter().collect()
    }
}

impl<T, A: Allocator> From<Vec<T, A>> for VecDeque<T> {
    fn from(vec: Vec<T, A>) -> VecDeque<T> {
        vec.into_iter().collect()
    }
}

impl<T> From<BinaryHeap<T>> for Vec<T> {
    fn from(heap: BinaryHeap<T>) -> Vec<T> {
        heap.into_iter().collect()
    }
}

impl<T: Ord, A: Allocator> From<Vec<T, A>> for BinaryHeap<T> {
    fn from(vec: Vec<T, A>) -> BinaryHeap<T> {
        vec.into_iter().collect()
    }
}

impl<T, A: Allocator> From<Vec<T, A>> for Rc<[T]> {
    fn from(vec: Vec<T, A>) -> Rc<[T]> {
        vec.into_iter().collect()
    }
}

impl<T, A: Allocator> From<Vec<T, A>> for Arc<[T]> {
    fn from(vec: Vec<T, A>) -> Arc<[T]> {
        vec.into_iter().collect()
    }
}

impl<A: Allocator> From<String<A>> for Rc<str> {
    fn from(text: String<A>) -> Rc<str> {
        Rc::from(text.as_str())
    }
}

impl<A: Allocator> From<String<A>> for Arc<str> {
    fn from(text: String<A>) -> Arc<str> {
        Arc::from(text.as_str())
    }
}

impl<T, A: Allocator> From<Box<T, A>> for Rc<T> {
    fn from(boxed: Box<T, A>) -> Rc<T> {
        Rc::new(Box::into_inner(boxed))
    }
}

impl<T, A: Allocator> From<Box<T, A>> for Arc<T> {
    fn from(boxed: Box<T, A>) -> Arc<T> {
        Arc::new(Box::into_inner(boxed))
    }
}

impl From<CString> for Vec<u8> {
    fn from(text: CString) -> Vec<u8> {
        Vec::from(text.as_bytes())
    }
}

impl From<Vec<NonZero<u8>>> for CString {
    fn from(bytes: Vec<NonZero<u8>>) -> CString {
        AllocVec::from(bytes).into()
    }
}

impl From<CString> for Box<CStr> {
    fn from(text: CString) -> Box<CStr> {
        Box::from(text.as_c_str())
    }
}

impl From<Box<CStr>> for CString {
    fn from(text: Box<CStr>) -> CString {
        CString::from(&*text)
    }
}

impl TryFrom<CString> for String {
    type Error = IntoStringError;

    fn try_from(text: CString) -> Result<String, IntoStringError> {
        text.into_string().map(String::from)
    }
}

impl<T: PartialEq<U>, U, A: Allocator> PartialEq<Vec<U, A>> for VecDeque<T> {
    fn eq(&self, other: &Vec<U, A>) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|(a, b)| a == b)
    }
}

impl<T: PartialEq<U>, U, A: Allocator> PartialEq<AllocVec<U>> for Vec<T, A> {
    fn eq(&self, other: &AllocVec<U>) -> bool {
        self[..] == other[..]
    }
}

impl<T: PartialEq<U>, U, A: Allocator> PartialEq<Vec<U, A>> for AllocVec<T> {
    fn eq(&self, other: &Vec<U, A>) -> bool {
        self[..] == other[..]
    }
}

impl<A: Allocator> PartialEq<AllocString> for String<A> {
    fn eq(&self, other: &AllocString) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<A: Allocator> PartialEq<String<A>> for AllocString {
    fn eq(&self, other: &String<A>) -> bool {
        self.as_str() == other.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_over_and_goes_back() {
        let ours = || crate::vec![3, 1, 2];
        assert_eq!(Vec::from(AllocVec::from(ours())), ours());
        assert_eq!(Vec::from(VecDeque::from(ours())), AllocVec::from(ours()));
        let deque = VecDeque::from(ours());
        assert!(deque == ours());
        assert_eq!(
            BinaryHeap::from(ours()).into_sorted_vec(),
            alloc::vec![1, 2, 3]
        );
        assert_eq!(*Rc::<[i32]>::from(ours()), [3, 1, 2]);
        assert_eq!(*Arc::<[i32]>::from(ours()), [3, 1, 2]);
        let text = String::from(AllocString::from("text"));
        assert_eq!(AllocString::from(text.clone()), text);
        assert_eq!(
            (&*Rc::<str>::from(text.clone()), &*Arc::<str>::from(text)),
            ("text", "text")
        );
        assert_eq!((*Rc::from(Box::new(1)), *Arc::from(Box::new(2))), (1, 2));
        let c = CString::new("c").unwrap();
        assert_eq!(Vec::from(c.clone()), *b"c");
        assert_eq!(CString::from(Box::<CStr>::from(c.clone())), c);
        assert_eq!(String::try_from(c.clone()).unwrap(), "c");
        assert_eq!(CString::from(crate::vec![NonZero::new(b'c').unwrap()]), c);
    }
}
