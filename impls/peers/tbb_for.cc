/* tbb_for.cc: oneTBB's parallel_for with the simple partitioner: it splits the items recursively into tasks of at most
 * `chunk` items, which idle threads steal.
 *
 *	parallel_for(0 .. n, chunk):   out[i] = run(input(i))        then put() all of them
 *
 * needs: libtbb-dev <oneapi/tbb/parallel_for.h> -ltbb
 */
#include "common/batch.h"
#include "common/tbb_threads.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

#include <cerrno>
#include <memory>
#include <new>

namespace
{

struct tbb_for {
	pvq_batch batch;
	uint64_t chunk;
	/* Without it an arena has at most as many threads as there are CPUs. */
	tbb::global_control limit;
	tbb::task_arena arena;

	explicit tbb_for(const pvq_opts *opts)
	    : batch(), chunk(opts->chunk),
	      limit(tbb::global_control::max_allowed_parallelism, opts->workers),
	      arena(static_cast<int>(opts->workers))
	{
	}
};

/* Calls f. No exception may reach the C side. */
template <typename body> int guarded(pvq_error *err, const body &what)
{
	try {
		return what();
	} catch (const std::bad_alloc &) {
		return pvq_fail(err, -ENOMEM, "oneTBB");
	} catch (const std::exception &e) {
		return pvq_fail(err, -EIO, "oneTBB reports '%s'", e.what());
	}
}

void tune(const pvq_load *, pvq_opts *opts)
{
	opts->chunk = opts->chunk ? opts->chunk : 1;
	opts->window = 0; /* the whole batch */
}

int start(void **self, const pvq_load *load, const pvq_opts *opts, pvq_error *err)
{
	return guarded(err, [&] {
		auto t = std::make_unique<tbb_for>(opts);
		int ret;

		pvq_tbb_start_threads(t->arena, opts->workers);
		ret = pvq_batch_init(&t->batch, load, opts->workers, err);
		if (ret == 0)
			*self = t.release();
		return ret;
	});
}

void loop(tbb_for *t)
{
	pvq_batch *batch = &t->batch;

	tbb::parallel_for(
		tbb::blocked_range<uint64_t>(0, batch->count, t->chunk),
		[batch](const tbb::blocked_range<uint64_t> &range) {
			for (uint64_t i = range.begin(); i != range.end(); i++)
				pvq_batch_run(batch, i);
		},
		tbb::simple_partitioner());
}

int map(void *self, pvq_sink *sink, pvq_error *err)
{
	auto *t = static_cast<tbb_for *>(self);

	return guarded(err, [&] {
		int ret = 0;

		for (pvq_batch_rewind(&t->batch); ret == 0 && t->batch.count > 0;) {
			t->arena.execute([t] { loop(t); });
			ret = pvq_batch_put(&t->batch, sink, err);
		}
		return ret;
	});
}

int stop(void *self, pvq_error *)
{
	auto *t = static_cast<tbb_for *>(self);

	pvq_batch_free(&t->batch);
	delete t;
	return 0;
}

} // namespace

extern "C" const pvq_impl pvq_impl_tbb_for;
const pvq_impl pvq_impl_tbb_for = {"tbb_for", "oneTBB: parallel_for with the simple partitioner",
	PVQ_ORDERED, PVQ_VIA_POINTER, PVQ_VIA_POINTER, PVQ_CALLER_WORKS | PVQ_REUSABLE | PVQ_LINGERS,
	nullptr, tune, start, map, stop, PVQ_PEER_VERSION, nullptr, nullptr};
