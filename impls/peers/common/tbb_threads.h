/* tbb_threads.h: starts oneTBB's threads early. An arena starts none by itself: they would start during the first map.
 */
#ifndef PVQ_TBB_THREADS_H
#define PVQ_TBB_THREADS_H

#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <chrono>
#include <condition_variable>
#include <mutex>

/* The workers' first tasks wait here for one another. So no worker can take the task of a thread that has not started. */
struct pvq_tbb_meeting {
	unsigned missing;
	std::mutex mutex{};
	std::condition_variable complete{};

	/* oneTBB guarantees no number of threads: the first task to run out of patience ends the wait for all. */
	void attend()
	{
		const std::chrono::milliseconds patience(100);
		std::unique_lock<std::mutex> lock(mutex);

		missing -= missing > 0;
		if (!complete.wait_for(lock, patience, [this] { return missing == 0; }))
			missing = 0;
		complete.notify_all();
	}
};

/* Starts the threads. The caller is one of the workers. */
inline void pvq_tbb_start_threads(tbb::task_arena &arena, unsigned workers)
{
	pvq_tbb_meeting meeting{workers};

	arena.execute([&meeting, workers] {
		tbb::task_group group;

		for (unsigned i = 0; i < workers; i++)
			group.run([&meeting] { meeting.attend(); });
		group.wait();
	});
}

#endif
