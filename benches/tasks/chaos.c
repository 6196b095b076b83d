/* chaos.c: the items of spin, for `pvq chaos`, which kills workers: each process that runs one tells its process id.
 *
 * If $PVQ_CHAOS_WORKERS names a file, a process appends its id to it, a line, when it runs its first item. A page that the
 * kernel clears in every fork holds whether it has done so: so a worker is told by what it does, whoever forked it. Where the
 * last fiftieth of the items begins, a line holds 0: kills must end before the map does, as a worker that dies while the pool
 * is closed is another matter. */
#include "kernel.h"
#include "tell.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern const struct pvq_task pvq_task_spin;

enum { PAGE = 4096 };

static const struct pvq_arg chaos_args[] = {
	{.name = "ns",
		.unit = PVQ_UNIT_NS,
		.help = "work of one item, in nanoseconds",
		.def = "2000",
		.max = 1e10},
	PVQ_KERNEL_RATE, /* spin's arguments, in its order */
	{0},
};

static void chaos_settle(union pvq_value arg[PVQ_ARGS_MAX])
{
	pvq_task_spin.settle(arg);
}

static int chaos_build(struct pvq_load *load, struct pvq_error *err)
{
	void *page;

	if (getenv("PVQ_CHAOS_WORKERS")) {
		page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED)
			return pvq_fail(err, -errno, "cannot map a page");
		load->priv = page;
		if (madvise(page, PAGE, MADV_WIPEONFORK))
			return pvq_fail(err, -errno, "cannot mark a page");
	}
	return pvq_task_spin.build(load, err);
}

static struct pvq_span chaos_input(const struct pvq_load *load, uint64_t id, void *scratch)
{
	return pvq_task_spin.input(load, id, scratch);
}

static ssize_t chaos_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	_Atomic int *told = load->priv;
	uint64_t parameter = 0;

	if (told && !atomic_load_explicit(told, memory_order_relaxed) && !atomic_exchange(told, 1))
		pvq_task_tell("PVQ_CHAOS_WORKERS", (uint64_t)getpid());
	if (told && len == sizeof(parameter))
		memcpy(&parameter, in, len);
	if (parameter && parameter == load->n - load->n / 50) /* parameters count from 1 */
		pvq_task_tell("PVQ_CHAOS_WORKERS", 0);
	return pvq_task_spin.run(load, in, len, out, cap);
}

static ssize_t chaos_expect(const struct pvq_load *load, uint64_t id, void *out, size_t cap)
{
	return pvq_task_spin.expect(load, id, out, cap);
}

static void chaos_free(struct pvq_load *load)
{
	if (load->priv)
		munmap(load->priv, PAGE);
}

const struct pvq_task pvq_task_chaos = {
	.name = "chaos",
	.summary = "as spin; each worker tells who it is, so that it can be killed (pvq chaos)",
	.args = chaos_args,
	.settle = chaos_settle,
	.build = chaos_build,
	.input = chaos_input,
	.run = chaos_run,
	.expect = chaos_expect,
	.free = chaos_free,
};
