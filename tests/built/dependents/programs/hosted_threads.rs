//! Threads of std whose values go from one to another, values that are dropped when a thread ends, and a child.

use nostd_alloc::heap::{Global, Strategy};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::mpsc;

#[global_allocator]
static HEAP: Global = Global;

thread_local! {
    // Dropped by std when the thread ends.
    static KEPT: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn main() {
    if std::env::args().len() > 1 {
        return;
    }
    let mut counts: HashMap<String, u32> = HashMap::new();
    for _ in 0..5 {
        let (send, receive) = mpsc::channel();
        for _ in 0..4 {
            let send = send.clone();
            std::thread::spawn(move || {
                for number in 0..80_000 {
                    let word = format!("word {number}");
                    if number % 100 == 0 {
                        KEPT.with_borrow_mut(|kept| kept.push(word.clone()));
                    }
                    send.send(word).unwrap();
                }
            });
        }
        drop(send);
        for word in receive {
            *counts.entry(word).or_default() += 1;
        }
    }
    let sum: u32 = counts.values().sum();
    println!("words: {sum} of {}", counts.len() * 5);
    let child = std::process::Command::new(std::env::current_exe().unwrap()).arg("child").status();
    println!("child: {}", child.unwrap().code().unwrap());
    drop(counts);
    HEAP.trim();
    HEAP.verify();
    println!("at rest: verified");
}
