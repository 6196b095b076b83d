/* pool_atomic.h: the atomic words of the pool's shared memory, the orderings of their accesses, and the futex. Internal.
 *
 * The pool's files use C11's atomics by their own names, with three rules:
 *  - The atomic types are the three below.
 *  - An ordering that is not relaxed is written ACQUIRE(id), RELEASE(id), ACQ_REL(id), or pool_fence(id) for a sequentially
 *    consistent fence. The id says what the ordering is for, and occurs once in the source.
 *  - Processes sleep and wake each other by pool_futex_wait() and pool_futex_wake() only.
 *
 * So the same lines compile as C++ against a model of memory: with PVQ_RELACY, tests/impls/relacy/model.h is included
 * before this file and defines all of it. There an id may be weakened, and a check must then fail.
 */
#ifndef PVQ_POOL_ATOMIC_H
#define PVQ_POOL_ATOMIC_H

#ifndef PVQ_RELACY

#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A test's header, with a hook before each access: tests/support/steps.h. */
#ifdef PVQ_POOL_STEPS
#include PVQ_POOL_STEPS
#endif

typedef _Atomic int32_t pool_atomic_i32;
typedef _Atomic uint32_t pool_atomic_u32;
typedef _Atomic uint64_t pool_atomic_u64;

#define ACQUIRE(id) memory_order_acquire
#define RELEASE(id) memory_order_release
#define ACQ_REL(id) memory_order_acq_rel

/* What was stored before it and what is loaded after it are not reordered. Pairs with another on the other side. */
#ifdef __SANITIZE_THREAD__
/* GCC refuses the fence there. A read-modify-write is one on x86, whatever the word. */
static inline void pool_fence_by_swap(void)
{
	pool_atomic_u32 any = 0;

	atomic_exchange(&any, 1);
}
#define pool_fence(id) pool_fence_by_swap()
#else
#define pool_fence(id) atomic_thread_fence(memory_order_seq_cst)
#endif

/* Lets others run that wait for this CPU. */
static inline void pool_yield(void)
{
	sched_yield();
}

/* Sleeps while the word has that value. May return early: look again. Not FUTEX_PRIVATE: processes share the word. */
static inline void pool_futex_wait(const pool_atomic_u32 *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT, value, NULL, NULL, 0);
}

/* Wakes one that sleeps on the word. */
static inline void pool_futex_wake(const pool_atomic_u32 *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

#endif
#endif
