/* steps.h: the atomics of the pool's shared memory, with a hook of the test's before each access. pool_atomic.h includes it
 * where PVQ_POOL_STEPS names it. What processes see of each other changes at these accesses and at system calls only, so
 * they are all the steps of the protocol.
 */
#ifndef PVQ_TESTS_STEPS_H
#define PVQ_TESTS_STEPS_H

#include <stdatomic.h>

void pvq_pool_step(const char *function);

#define STEP pvq_pool_step(__func__)

#undef atomic_load_explicit
#undef atomic_store_explicit
#undef atomic_exchange_explicit
#undef atomic_compare_exchange_strong_explicit
#undef atomic_compare_exchange_weak_explicit
#undef atomic_fetch_add_explicit
#undef atomic_fetch_sub_explicit
#ifdef __clang__
#define atomic_load_explicit(p, o) (STEP, __c11_atomic_load(p, o))
#define atomic_store_explicit(p, v, o) (STEP, __c11_atomic_store(p, v, o))
#define atomic_exchange_explicit(p, v, o) (STEP, __c11_atomic_exchange(p, v, o))
#define atomic_compare_exchange_strong_explicit(p, e, v, o, f) \
	(STEP, __c11_atomic_compare_exchange_strong(p, e, v, o, f))
#define atomic_compare_exchange_weak_explicit(p, e, v, o, f) \
	(STEP, __c11_atomic_compare_exchange_weak(p, e, v, o, f))
#define atomic_fetch_add_explicit(p, v, o) (STEP, __c11_atomic_fetch_add(p, v, o))
#define atomic_fetch_sub_explicit(p, v, o) (STEP, __c11_atomic_fetch_sub(p, v, o))
#else
#define atomic_load_explicit(p, o) (STEP, __atomic_load_n(p, o))
#define atomic_store_explicit(p, v, o) (STEP, __atomic_store_n(p, v, o))
#define atomic_exchange_explicit(p, v, o) (STEP, __atomic_exchange_n(p, v, o))
#define atomic_compare_exchange_strong_explicit(p, e, v, o, f) \
	(STEP, __atomic_compare_exchange_n(p, e, v, 0, o, f))
#define atomic_compare_exchange_weak_explicit(p, e, v, o, f) \
	(STEP, __atomic_compare_exchange_n(p, e, v, 1, o, f))
#define atomic_fetch_add_explicit(p, v, o) (STEP, __atomic_fetch_add(p, v, o))
#define atomic_fetch_sub_explicit(p, v, o) (STEP, __atomic_fetch_sub(p, v, o))
#endif

#endif
