/* model.h: what the pool's files are compiled against for the checker relacy: its model of C++'s memory instead of
 * <stdatomic.h>, and a model of the kernel. The compiler includes it before each of them (-include), with PVQ_RELACY.
 *
 * Processes are relacy's threads here: thread 0 is the caller, thread 1 + w is whoever sits at seat w. Memory that the pool
 * maps holds cells, each with one of relacy's atomics behind it.
 */
#ifndef PVQ_MODEL_H
#define PVQ_MODEL_H

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <relacy/relacy.hpp>

/* Relacy's own stand-ins, which are of no use to C. */
#undef assert
#undef calloc
#undef delete
#undef errno
#undef free
#undef malloc
#undef memory_order_acq_rel
#undef memory_order_acquire
#undef memory_order_consume
#undef memory_order_relaxed
#undef memory_order_release
#undef memory_order_seq_cst
#undef new
#undef realloc
#define errno (*__errno_location())

namespace model
{

/* ---- orderings ---- */

/* A use of an ordering that is not relaxed. One of them may be weakened. */
struct site {
	const char *id;
	rl::memory_order order;
	site *next;

	site(const char *id, rl::memory_order order);
	rl::memory_order now(); /* the order it has in this run */
};

void fence(site &, rl::debug_info_param);

/* ---- memory ---- */

typedef rl::generic_atomic<uint64_t, false> word;

/* A step of the present thread; a worker may die instead. */
void step();
/* What the checks want to know of each access. */
void loaded(const void *cell);
void storing(const void *cell, uint64_t before, uint64_t value);
void swapped(const void *cell, bool success);
void exchanged(const void *cell, uint64_t before);
void added(const void *cell);
void subtracted(const void *cell, uint64_t before);

template <typename T> struct cell {
	mutable word *behind;

	word *get() const
	{
		if (!behind) /* only before the threads start */
			(behind = new (malloc(sizeof(word))) word())->store(0, rl::mo_relaxed, $);
		return behind;
	}
};

/* Sign and width are the cell's; what lies behind it is one type for all. */
template <typename T> T load(const cell<T> *c, rl::memory_order order, rl::debug_info_param info)
{
	step();
	T value = (T)c->get()->load(order, info);
	loaded(c);
	return value;
}

template <typename T, typename V>
void store(cell<T> *c, V value, rl::memory_order order, rl::debug_info_param info)
{
	step();
	storing(c, c->get()->debug_value(), (uint64_t)(T)value);
	c->get()->store((uint64_t)(T)value, order, info);
}

template <typename T, typename V>
T exchange(cell<T> *c, V value, rl::memory_order order, rl::debug_info_param info)
{
	step();
	uint64_t before =
		c->get()->rmw(rl::rmw_type_t<rl::rmw_type_swap>(), (uint64_t)(T)value, order, info);
	exchanged(c, before);
	return (T)before;
}

template <typename T> T add(cell<T> *c, uint64_t value, rl::memory_order order, rl::debug_info_param info)
{
	step();
	uint64_t before = c->get()->rmw(rl::rmw_type_t<rl::rmw_type_add>(), value, order, info);
	added(c);
	return (T)before;
}

template <typename T>
T subtract(cell<T> *c, uint64_t value, rl::memory_order order, rl::debug_info_param info)
{
	step();
	uint64_t before = c->get()->rmw(rl::rmw_type_t<rl::rmw_type_sub>(), value, order, info);
	subtracted(c, before);
	return (T)before;
}

/* Where it fails it is relaxed: relacy knows no failure that is stronger than the success. */
template <bool spurious, typename T, typename V>
bool swap(cell<T> *c, T *expected, V value, rl::memory_order order, rl::debug_info_param info)
{
	step();
	uint64_t seen = *expected;
	bool success = c->get()->compare_exchange(
		rl::bool_t<spurious>(), seen, (uint64_t)value, order, rl::mo_relaxed, info);
	*expected = (T)seen;
	swapped(c, success);
	return success;
}

/* ---- the kernel ---- */

void futex_wait(const cell<uint32_t> *, uint32_t value, rl::debug_info_param);
void futex_wake(const cell<uint32_t> *, rl::debug_info_param);
struct anything {
	void *at;

	template <typename T> operator T *() const
	{
		return (T *)at;
	}
};

anything map(size_t bytes);
void unmap(void *, size_t bytes);
int wait_for_events(struct epoll_event *, const struct timespec *);
void alarm_caller();
int set_timer(const struct itimerspec *);
void *copy(void *to, const void *from, size_t bytes);
uint64_t now_ns();
[[noreturn]] void end_process(int status);
void wait_for_signal();

} // namespace model

typedef model::cell<int32_t> pool_atomic_i32;
typedef model::cell<uint32_t> pool_atomic_u32;
typedef model::cell<uint64_t> pool_atomic_u64;

#define MODEL_SITE(id, order)                            \
	([]() -> model::site & {                         \
		static model::site site(#id, rl::order); \
		return site;                             \
	}())
#define ACQUIRE(id) MODEL_SITE(id, mo_acquire).now()
#define RELEASE(id) MODEL_SITE(id, mo_release).now()
#define ACQ_REL(id) MODEL_SITE(id, mo_acq_rel).now()
#define memory_order_relaxed rl::mo_relaxed

#define pool_fence(id) model::fence(MODEL_SITE(id, mo_seq_cst), $)
#define atomic_signal_fence(order) ((void)0) /* one thread's accesses are in its own order here */
#define atomic_load_explicit(cell, order) model::load(cell, order, $)
#define atomic_store_explicit(cell, value, order) model::store(cell, value, order, $)
#define atomic_exchange_explicit(cell, value, order) model::exchange(cell, value, order, $)
#define atomic_fetch_add_explicit(cell, value, order) model::add(cell, value, order, $)
#define atomic_fetch_sub_explicit(cell, value, order) model::subtract(cell, value, order, $)
#define atomic_compare_exchange_weak_explicit(cell, expected, value, order, fails) \
	model::swap<true>(cell, expected, value, order, $)
#define atomic_compare_exchange_strong_explicit(cell, expected, value, order, fails) \
	model::swap<false>(cell, expected, value, order, $)

#define pool_yield() ((void)0) /* any thread may run after any access */
#define pool_futex_wait(cell, value) model::futex_wait(cell, value, $)
#define pool_futex_wake(cell) model::futex_wake(cell, $)

/* C converts what allocates to any pointer. */
#define calloc(count, bytes)           \
	model::anything                \
	{                              \
		(calloc)(count, bytes) \
	}
#define realloc(at, bytes)           \
	model::anything              \
	{                            \
		(realloc)(at, bytes) \
	}

/* C's words, and the system calls that the pool makes. */
#define _Noreturn __attribute__((noreturn))
#define _Alignas(bytes)
#define clock_gettime(clock, time) model_clock_gettime(time)
#define close(fd) ((void)(fd))
#define epoll_create1(flags) 3
#define epoll_ctl(fd, op, what, event) ((void)(event), 0)
#define epoll_pwait2(fd, event, most, wait, mask) model::wait_for_events(event, wait)
#define timerfd_create(clock, flags) 7
#define timerfd_settime(fd, flags, at, before) model::set_timer(at)
#define memcpy(to, from, bytes) model::copy(to, from, bytes)
#define epoll_wait(fd, event, most, wait_ms) (-1)
#define eventfd(value, flags) 4
#define mmap(at, bytes, prot, flags, fd, offset) model::map(bytes)
#define munmap(at, bytes) model::unmap(at, bytes)
#define pause() model::wait_for_signal()
#define write(fd, bytes, size) (model::alarm_caller(), (ssize_t)(size))
#define _exit(status) model::end_process(status)

static inline int model_clock_gettime(struct timespec *time)
{
	uint64_t now = model::now_ns();

	time->tv_sec = (time_t)(now / 1000000000);
	time->tv_nsec = (long)(now % 1000000000);
	return 0;
}

#endif
