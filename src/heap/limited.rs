//! Two building blocks that stand on the floor below under one name: a limit, and a failure on purpose.
//!
//! [`Ration`] does both. Here they have the names by which the literature and other libraries know them.

use crate::memory::Ration;

/// An allocator with a hard limit in bytes: [`Ration::of_bytes`].
///
/// # Examples
/// ```
/// use nostd_alloc::heap::{FreeList, Limited};
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let heap = FreeList::new(Limited::of_bytes(Kernel, 128 * 1024));
/// assert!(heap.allocate(Layout::new::<[u8; 100_000]>()).is_ok());
/// assert!(heap.allocate(Layout::new::<[u8; 100_000]>()).is_err());
/// ```
pub type Limited<A> = Ration<A>;

/// An allocator that refuses the n-th request, once or from then on: [`Ration::refusing_once`] and
/// [`Ration::refusing_from`].
///
/// # Examples
/// ```
/// use nostd_alloc::heap::FailAt;
/// use nostd_alloc::memory::{Allocator, Kernel, Layout};
///
/// let pages = FailAt::refusing_once(Kernel, 2);
/// let answers = [(); 3].map(|()| pages.allocate(Layout::new::<u64>()).is_ok());
/// assert_eq!(answers, [true, false, true]);
/// ```
pub type FailAt<A> = Ration<A>;
