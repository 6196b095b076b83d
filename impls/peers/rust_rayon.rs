//! rust_rayon.rs: rayon's parallel iterator: idle threads split the range of items and steal parts of it.
//!
//!     (0 .. n).into_par_iter().for_each(|i| out[i] = run(input(i)))        then put() all of them
//!
//! Results go into slots of whole cache lines, a batch at a time, as impls/peers/common/batch.h does for C.
//!
//! needs: cargo rustc librust-rayon-dev

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::alloc::{alloc_zeroed, dealloc, Layout};
use std::ffi::{c_void, CString};
use std::os::raw::{c_char, c_int, c_uint};
use std::os::unix::ffi::OsStringExt;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::ptr::null;

// ---- the contract: impls/impl.h and benches/trial/peer.h ----

macro_rules! opaque {
    ($($name:ident),*) => { $(#[repr(C)] pub struct $name { _private: [u8; 0] })* };
}
opaque!(Load, Sink, Failure);

/// Its first members. We need no others.
#[repr(C)]
pub struct Opts {
    workers: c_uint,
    chunk: c_uint,
    window: c_uint,
}

const ORDERED: c_int = 1;
const VIA_POINTER: c_int = 1;
const REUSABLE: c_uint = 1 << 1;
const ECANCELED: c_int = 125;
const ENOMEM: c_int = 12;

#[repr(C)]
struct Impl {
    name: *const c_char,
    summary: *const c_char,
    order: c_int,
    in_via: c_int,
    out_via: c_int,
    flags: c_uint,
    unsupported: *const c_void,
    tune: extern "C" fn(*const Load, *mut Opts),
    start: extern "C" fn(*mut *mut c_void, *const Load, *const Opts, *mut Failure) -> c_int,
    map: extern "C" fn(*mut c_void, *mut Sink, *mut Failure) -> c_int,
    stop: extern "C" fn(*mut c_void, *mut Failure) -> c_int,
    version: *const c_char,
    program: *const c_char,
    unavailable: *const c_char,
}

extern "C" {
    fn pvq_peer_main(argc: c_int, argv: *const *const c_char, impls: *const *const Impl) -> c_int;
    fn pvq_peer_items(load: *const Load) -> u64;
    fn pvq_peer_max_out(load: *const Load) -> usize;
    fn pvq_peer_run_item(load: *const Load, id: u64, out: *mut c_void) -> isize;
    fn pvq_peer_put(sink: *mut Sink, id: u64, out: *const c_void, len: usize, status: c_int) -> c_int;
    fn pvq_peer_fail(err: *mut Failure, code: c_int, message: *const c_char) -> c_int;
}

fn fail(err: *mut Failure, code: c_int, message: &str) -> c_int {
    let message = CString::new(message).unwrap_or_default();
    // SAFETY: err belongs to the driver, and the message lives until the call returns.
    unsafe { pvq_peer_fail(err, code, message.as_ptr()) }
}

// ---- a batch of results ----

const LINE: usize = 64;
const HEAD: usize = 16; // of a slot: the result's length, or -errno; then the result
const BATCH_BYTES: usize = 8 << 20;

struct Batch {
    memory: *mut u8,
    layout: Layout,
    stride: usize,
    most: u64,
}

// SAFETY: slots do not overlap, and only the thread that runs an item writes to its slot.
unsafe impl Sync for Batch {}

impl Batch {
    fn new(max_out: usize, items: u64, workers: usize) -> Option<Batch> {
        let stride = (HEAD + max_out + LINE - 1) / LINE * LINE;
        let most = ((BATCH_BYTES / stride).max(2 * workers) as u64).min(items);
        let layout = Layout::from_size_align(stride * (most as usize + 1), LINE).ok()?;
        // SAFETY: the layout's size is not 0.
        let memory = unsafe { alloc_zeroed(layout) };
        (!memory.is_null()).then_some(Batch { memory, layout, stride, most })
    }

    fn slot(&self, i: u64) -> *mut u8 {
        debug_assert!(i < self.most);
        // SAFETY: the memory has room for slot i.
        unsafe { self.memory.add(i as usize * self.stride) }
    }

    fn run(&self, load: &Load, first: u64, i: u64) {
        let slot = self.slot(i);
        // SAFETY: the slot has room for the longest result behind its head, and no other item uses it.
        unsafe { *slot.cast::<isize>() = pvq_peer_run_item(load, first + i, slot.add(HEAD).cast()) }
    }

    fn put(&self, sink: *mut Sink, first: u64, i: u64) -> c_int {
        let slot = self.slot(i);
        // SAFETY: run() has filled the slot, and its thread no longer touches it.
        unsafe {
            match *slot.cast::<isize>() {
                len if len >= 0 => pvq_peer_put(sink, first + i, slot.add(HEAD).cast(), len as usize, 0),
                status => pvq_peer_put(sink, first + i, null(), 0, status as c_int),
            }
        }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // SAFETY: allocated in new() with this layout.
        unsafe { dealloc(self.memory, self.layout) }
    }
}

// ---- the strategy ----

struct Rayon {
    load: *const Load,
    pool: ThreadPool,
    batch: Batch,
}

/// The load as the threads see it: frozen while they live.
struct Frozen<'a>(&'a Load);
// SAFETY: task.h promises that a load may be used from any thread between build() and free().
unsafe impl Sync for Frozen<'_> {}

/// Rayon decides how to split a range, and the whole batch is in flight.
extern "C" fn tune(_load: *const Load, opts: *mut Opts) {
    // SAFETY: opts belongs to the driver, which lets us change it.
    let opts = unsafe { &mut *opts };
    (opts.chunk, opts.window) = (0, 0);
}

extern "C" fn start(own: *mut *mut c_void, load: *const Load, opts: *const Opts, err: *mut Failure) -> c_int {
    // SAFETY: impl.h promises that load and opts outlive stop().
    let (items, max_out, workers) =
        unsafe { (pvq_peer_items(load), pvq_peer_max_out(load), (*opts).workers as usize) };
    let pool = match ThreadPoolBuilder::new().num_threads(workers).build() {
        Ok(pool) => pool,
        Err(problem) => return fail(err, -ECANCELED, &problem.to_string()),
    };
    let batch = match Batch::new(max_out, items, workers) {
        Some(batch) => batch,
        None => return fail(err, -ENOMEM, "cannot hold the results"),
    };
    // SAFETY: own is where the driver keeps the pointer that stop() gets back.
    unsafe { *own = Box::into_raw(Box::new(Rayon { load, pool, batch })).cast() };
    0
}

fn map_all(rayon: &Rayon, sink: *mut Sink) -> c_int {
    // SAFETY: the load is frozen and outlives the strategy.
    let (load, items) = unsafe { (Frozen(&*rayon.load), pvq_peer_items(rayon.load)) };
    let (load, batch) = (&load, &rayon.batch);
    let mut first = 0;
    while first < items {
        let count = batch.most.min(items - first);
        rayon.pool.install(|| (0..count).into_par_iter().for_each(|i| batch.run(load.0, first, i)));
        for i in 0..count {
            let code = batch.put(sink, first, i);
            if code < 0 {
                return code;
            }
        }
        first += count;
    }
    0
}

extern "C" fn map(own: *mut c_void, sink: *mut Sink, err: *mut Failure) -> c_int {
    // SAFETY: start() made it.
    let rayon = unsafe { &*own.cast::<Rayon>() };
    match catch_unwind(AssertUnwindSafe(|| map_all(rayon, sink))) {
        Ok(0) => 0,
        Ok(code) => fail(err, code, "a result was refused"),
        Err(_) => fail(err, -ECANCELED, "the map panicked"),
    }
}

extern "C" fn stop(own: *mut c_void, _err: *mut Failure) -> c_int {
    // SAFETY: start() made it, and stop() is called once. Dropping the pool ends its threads.
    drop(unsafe { Box::from_raw(own.cast::<Rayon>()) });
    0
}

fn main() {
    let version = CString::new(option_env!("PVQ_PEER_VERSION").unwrap_or("")).expect("no version holds a NUL");
    let impl_ = Impl {
        name: "rust_rayon\0".as_ptr().cast(),
        summary: "Rust: rayon's parallel iterator\0".as_ptr().cast(),
        order: ORDERED,
        in_via: VIA_POINTER,
        out_via: VIA_POINTER,
        flags: REUSABLE,
        unsupported: null(),
        tune,
        start,
        map,
        stop,
        version: version.as_ptr(),
        program: null(),
        unavailable: null(),
    };
    let impls = [&impl_ as *const Impl, null()];
    let words: Vec<CString> =
        std::env::args_os().map(|word| CString::new(word.into_vec()).expect("no word holds a NUL")).collect();
    let mut argv: Vec<*const c_char> = words.iter().map(|word| word.as_ptr()).collect();
    argv.push(null());
    // SAFETY: both lists end with NULL and live until the call returns.
    std::process::exit(unsafe { pvq_peer_main(words.len() as c_int, argv.as_ptr(), impls.as_ptr()) });
}
