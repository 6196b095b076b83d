/* overhead.cc: measures the cost of the shim. Times one loop in C++, straight on the library, and in C, through the shim:
 * in turns, by the same library, in the same process. Prints the medians side by side. `make micro-overhead` runs it.
 * Exits with 1 if batches of 64 or more cost over 1 ns an iteration.
 */
#include "loop.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

namespace
{

constexpr int64_t batches[] = {1, 4, 16, 64, 256, 1024};
constexpr int64_t judged_from = 64;
constexpr int rounds = 15;
constexpr double min_time_s = 0.02;
constexpr double limit_ns = 1;

void loop_in_cpp(benchmark::State &state)
{
	int64_t batch = state.range(0);
	uint64_t x = 1;

	while (state.KeepRunningBatch(batch))
		for (int64_t i = 0; i < batch; i++)
			x = loop_step(x);
}

/* Collects every run's time per iteration under the benchmark's name. */
class collector : public benchmark::BenchmarkReporter
{
      public:
	bool ReportContext(const Context &) override
	{
		return true;
	}
	void ReportRuns(const std::vector<Run> &runs) override
	{
		for (const Run &run : runs)
			if (run.run_type == Run::RT_Iteration)
				ns[run.run_name.function_name + '/' + run.run_name.args].push_back(
					run.GetAdjustedRealTime());
	}
	double median(const std::string &name, int64_t batch)
	{
		std::vector<double> &v = ns[name + '/' + std::to_string(batch)];

		if (v.empty())
			return 0;
		std::sort(v.begin(), v.end());
		return v[v.size() / 2];
	}

      private:
	std::map<std::string, std::vector<double>> ns;
};

void add_both()
{
	auto *cpp = benchmark::RegisterBenchmark("cpp", loop_in_cpp);
	gb_bench *shim = gb_register("shim", loop_in_c, nullptr);

	cpp->UseRealTime()->MinTime(min_time_s);
	gb_use_time(shim, GB_REAL_TIME);
	gb_min_time(shim, min_time_s);
	for (int64_t batch : batches) {
		cpp->Arg(batch);
		gb_add_arg(shim, batch);
	}
}

int print(collector &all)
{
	int bad = 0;

	std::printf("%10s %12s %12s %12s   ns per iteration, median of %d in turns\n", "batch", "C++",
		"C by shim", "difference", rounds);
	for (int64_t batch : batches) {
		double cpp = all.median("cpp", batch), shim = all.median("shim", batch);

		std::printf("%10" PRId64 " %12.3f %12.3f %+12.3f\n", batch, cpp, shim, shim - cpp);
		bad |= cpp <= 0 || shim <= 0 || (batch >= judged_from && shim - cpp > limit_ns);
	}
	std::printf("batches of %" PRId64 " and more cost %s %.0f ns an iteration\n", judged_from,
		bad ? "MORE than" : "at most", limit_ns);
	return bad;
}

} // namespace

int main(int argc, char **argv)
{
	collector all;

	if (gb_initialize(&argc, argv) || gb_report_unknown(argc, argv))
		return 2;
	add_both();
	/* Alternate whole rounds: a slow spell of the machine then hits both sides. */
	for (int i = 0; i < rounds; i++)
		benchmark::RunSpecifiedBenchmarks(&all);
	gb_shutdown();
	return print(all);
}
