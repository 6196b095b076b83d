/* gb.cc: the C++ side. Every function catches what the library may throw, and refuses what the library would abort on:
 * the library's checks (BM_CHECK) end the process if it was built without NDEBUG, as Debian's is.
 */
#include "gb.h"

#include <benchmark/benchmark.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <regex.h>

namespace
{

/* The type that registering returns. Older and newer versions of the library name it differently. */
using lib_bench = std::remove_pointer_t<decltype(benchmark::RegisterBenchmark(
	"", std::declval<void (*)(benchmark::State &)>()))>;

constexpr int64_t INSTANCES_MAX = 1 << 16; /* of one range: more must be a mistake */

enum class phase {
	fresh,   /* run() has not reached its loop */
	running, /* in the loop, clock running */
	paused,  /* in the loop, clock stopped */
	over,    /* the loop has ended */
};

} // namespace

struct gb_bench {
	lib_bench *lib = nullptr; /* owned by the library; valid until gb_clear() */
	void (*run)(struct gb_state *, void *) = nullptr;
	void *user = nullptr;
	int (*setup)(const struct gb_state *, void *) = nullptr;
	void (*teardown)(const struct gb_state *, void *) = nullptr;
	bool hooked = false;
	int setup_error = 0; /* of the latest setup() */
	size_t args = 0;     /* how many arguments each instance has, if has_args */
	bool has_args = false;
	bool listed = false;            /* arguments were added */
	std::vector<std::string> names; /* of the arguments; kept here until some are added */
	gb_time time = GB_CPU_TIME;
	bool timed = false;   /* a clock was chosen */
	bool fixed = false;   /* iterations were fixed */
	bool minimum = false; /* a minimum time was set */
	std::string refused;  /* the first refused setting: why the benchmark does not run */
};

struct gb_state {
	benchmark::State *run;        /* nullptr within hooks */
	const benchmark::State *view; /* for queries; never nullptr */
	const gb_bench *bench;
	phase at;
};

namespace
{

/* The registered benchmarks, in order; and the one that each pair of hooks below serves. */
std::vector<std::unique_ptr<gb_bench>> registered;
std::array<gb_bench *, GB_HOOKED_MAX> hooked;

/* Calls f and turns an exception into -errno. */
template <class F> auto guarded(F &&f) noexcept -> decltype(f())
{
	try {
		return f();
	} catch (const std::bad_alloc &) {
		return -ENOMEM;
	} catch (const std::length_error &) {
		return -ENOMEM;
	} catch (const std::logic_error &) {
		return -EINVAL;
	} catch (...) {
		return -EIO;
	}
}

/* Applies a setting if it is valid; else remembers the refusal. */
template <class F> int setting(gb_bench *b, const char *name, bool valid, F &&apply) noexcept
{
	if (!b)
		return -EINVAL;
	int ret = -EINVAL;

	if (valid)
		ret = guarded([&] {
			apply();
			return 0;
		});

	if (ret && b->refused.empty())
		guarded([&] {
			b->refused = std::string(name) + ": refused: " + std::strerror(-ret);
			return 0;
		});
	return ret;
}

bool args_agree(const gb_bench *b, size_t count)
{
	return b && count > 0 && (!b->has_args || b->args == count);
}

/* Hands the names of arguments to the library once there are arguments. With names alone a benchmark has no instance: it
 * would be registered and silently never run. */
void args_settle(gb_bench *b, size_t count, bool listed)
{
	b->args = count;
	b->has_args = true;
	b->listed = b->listed || listed;
	if (b->listed && !b->names.empty())
		b->lib->ArgNames(b->names);
	if (b->listed)
		b->names.clear();
}

/* ---- running ---- */

/* Reports a function that returned from within its loop. The library would abort. */
void finish(gb_state &s)
{
	if (s.at != phase::over && !s.run->error_occurred())
		s.run->SkipWithError(s.at == phase::fresh ? "it returned without running its loop"
							  : "it returned before its loop had ended");
}

void call(const gb_bench *b, benchmark::State &state)
{
	gb_state s = {&state, &state, b, phase::fresh};

	if (!b->refused.empty()) {
		state.SkipWithError(b->refused.c_str());
		return;
	}
	if (b->setup_error) {
		state.SkipWithError(
			(std::string("set-up failed: ") + std::strerror(-b->setup_error)).c_str());
		return;
	}
	try {
		b->run(&s, b->user);
		finish(s);
	} catch (const std::exception &e) {
		state.SkipWithError((std::string("exception: ") + e.what()).c_str());
	} catch (...) {
		state.SkipWithError("exception of an unknown kind");
	}
}

/* The library's hooks are bare function pointers without user data. So each benchmark with hooks gets its own
 * instantiation, whose number I finds the benchmark. */
template <size_t I> void hook_setup(const benchmark::State &state)
{
	gb_bench *b = hooked[I];
	const gb_state s = {nullptr, &state, b, phase::fresh};

	b->setup_error = 0;
	if (b->setup && b->refused.empty())
		b->setup_error = guarded([&] { return b->setup(&s, b->user); });
}

template <size_t I> void hook_teardown(const benchmark::State &state)
{
	const gb_bench *b = hooked[I];
	const gb_state s = {nullptr, &state, b, phase::over};

	if (b->teardown && b->setup_error == 0 && b->refused.empty())
		guarded([&] {
			b->teardown(&s, b->user);
			return 0;
		});
}

struct hook_pair {
	void (*setup)(const benchmark::State &);
	void (*teardown)(const benchmark::State &);
};

template <size_t... I> constexpr std::array<hook_pair, sizeof...(I)> make_hooks(std::index_sequence<I...>)
{
	return {{{hook_setup<I>, hook_teardown<I>}...}};
}

constexpr auto hooks = make_hooks(std::make_index_sequence<GB_HOOKED_MAX>());

/* A reporter that prints nothing. */
class silent_reporter : public benchmark::BenchmarkReporter
{
      public:
	bool ReportContext(const Context &) override
	{
		return true;
	}
	void ReportRuns(const std::vector<Run> &) override
	{
	}
};

/* Sets flags as if they were on the command line. Keeps the executable's name. */
void set_flags(std::vector<std::string> flags)
{
	const char *name = benchmark::BenchmarkReporter::Context::executable_name;
	std::vector<char *> argv = {const_cast<char *>(name ? name : "gb")};

	for (std::string &flag : flags)
		argv.push_back(&flag[0]);
	argv.push_back(nullptr);

	int argc = static_cast<int>(argv.size()) - 1;

	benchmark::Initialize(&argc, argv.data());
}

/* Tries whether the file can be written: if not, the library would end the process. */
int check_writable(const char *path)
{
	errno = 0;
	std::FILE *f = std::fopen(path, "we");

	if (!f)
		return errno ? -errno : -EIO;
	return std::fclose(f) ? -EIO : 0;
}

/* Tries whether the filter compiles: if not, the library would only print it and run nothing. */
int check_filter(const std::string &filter)
{
	regex_t re;
	bool negative = !filter.empty() && filter[0] == '-';

	if (regcomp(&re, filter.c_str() + negative, REG_EXTENDED | REG_NOSUB))
		return -EINVAL;
	regfree(&re);
	return 0;
}

long run_all(const gb_run_config &config)
{
	silent_reporter silent;
	std::string filter = config.filter ? config.filter : benchmark::GetBenchmarkFilter();
	int ret = check_filter(filter);
	size_t count;

	if (ret == 0 && config.json_path)
		ret = check_writable(config.json_path);
	if (ret)
		return ret;
	if (config.json_path)
		set_flags({std::string("--benchmark_out=") + config.json_path,
			"--benchmark_out_format=json"});
	benchmark::BenchmarkReporter *display = config.quiet ? &silent : nullptr;
	count = benchmark::RunSpecifiedBenchmarks(display, nullptr, filter.empty() ? "." : filter);
	if (config.json_path)
		set_flags({"--benchmark_out="});
	return static_cast<long>(count);
}

/* ---- within a run ---- */

/* The slow path: the first call, the first after a pause, and calls after the end. Returns whether the loop may run. */
bool revive(gb_state &s)
{
	if (s.at == phase::over)
		return false;
	if (s.at == phase::paused && !s.run->error_occurred())
		s.run->ResumeTiming();
	s.at = phase::running;
	return true;
}

/* Whether to loop once more. Costs a call, two tests and the library's subtraction. */
template <class F> inline int keep(gb_state *s, F &&more) noexcept
{
	int ret = 1;

	if (__builtin_expect(s->at != phase::running, 0))
		ret = guarded([&] { return revive(*s) ? 1 : 0; });
	if (__builtin_expect(ret > 0, 1))
		ret = guarded([&] { return more() ? 1 : 0; });
	if (__builtin_expect(ret > 0, 1))
		return 1;
	s->at = phase::over;
	if (ret < 0)
		gb_skip_with_error(s, "the library failed to keep it running");
	return 0;
}

template <class F> int change(gb_state *s, bool valid, F &&apply) noexcept
{
	if (!s || !s->run || !valid)
		return -EINVAL;
	return guarded([&] {
		apply(*s->run);
		return 0;
	});
}

/* Translates the header's flags into the library's. */
benchmark::Counter::Flags counter_flags(unsigned flags)
{
	using C = benchmark::Counter;
	C::Flags result = C::kDefaults;

	if (flags & GB_RATE)
		result = result | C::kIsRate;
	if (flags & GB_AVG_THREADS)
		result = result | C::kAvgThreads;
	if (flags & GB_ITERATION_INVARIANT)
		result = result | C::kIsIterationInvariant;
	if (flags & GB_AVG_ITERATIONS)
		result = result | C::kAvgIterations;
	if (flags & GB_INVERT)
		result = result | C::kInvert;
	return result;
}

} // namespace

/* ---- registering and setting up ---- */

struct gb_bench *gb_register(const char *name, void (*run)(struct gb_state *, void *), void *user)
{
	gb_bench *made = nullptr;
	int ret = -EINVAL;

	if (name && *name && run)
		ret = guarded([&] {
			auto owned = std::make_unique<gb_bench>();
			gb_bench *b = owned.get();

			b->run = run;
			b->user = user;
			registered.push_back(std::move(owned));
			b->lib = benchmark::RegisterBenchmark(
				name, [b](benchmark::State &s) { call(b, s); });
			made = b;
			return 0;
		});
	if (ret)
		errno = -ret;
	return made;
}

int gb_add_arg(struct gb_bench *b, int64_t value)
{
	return gb_add_args(b, &value, 1);
}

int gb_add_args(struct gb_bench *b, const int64_t *value, size_t count)
{
	return setting(b, "gb_add_args", value && args_agree(b, count), [&] {
		b->lib->Args(std::vector<int64_t>(value, value + count));
		args_settle(b, count, true);
	});
}

int gb_add_range(struct gb_bench *b, int64_t lo, int64_t hi)
{
	return gb_add_ranges(b, &lo, &hi, 1);
}

int gb_add_ranges(struct gb_bench *b, const int64_t *lo, const int64_t *hi, size_t count)
{
	bool valid = lo && hi && args_agree(b, count);

	for (size_t i = 0; valid && i < count; i++)
		valid = lo[i] <= hi[i];
	return setting(b, "gb_add_ranges", valid, [&] {
		std::vector<std::pair<int64_t, int64_t>> ranges;

		for (size_t i = 0; i < count; i++)
			ranges.emplace_back(lo[i], hi[i]);
		b->lib->Ranges(ranges);
		args_settle(b, count, true);
	});
}

int gb_add_dense_range(struct gb_bench *b, int64_t lo, int64_t hi, int step)
{
	bool valid = args_agree(b, 1) && step > 0 && lo <= hi &&
		     hi <= std::numeric_limits<int64_t>::max() - step &&
		     (static_cast<uint64_t>(hi) - static_cast<uint64_t>(lo)) / static_cast<uint64_t>(step) <
			     static_cast<uint64_t>(INSTANCES_MAX);

	return setting(b, "gb_add_dense_range", valid, [&] {
		b->lib->DenseRange(lo, hi, step);
		args_settle(b, 1, true);
	});
}

int gb_range_multiplier(struct gb_bench *b, int multiplier)
{
	return setting(
		b, "gb_range_multiplier", multiplier > 1, [&] { b->lib->RangeMultiplier(multiplier); });
}

int gb_arg_names(struct gb_bench *b, const char *const *name, size_t count)
{
	bool valid = name && args_agree(b, count);

	for (size_t i = 0; valid && i < count; i++)
		valid = name[i] != nullptr;
	return setting(b, "gb_arg_names", valid, [&] {
		b->names.assign(name, name + count);
		args_settle(b, count, false);
	});
}

int gb_hooks(struct gb_bench *b, int (*setup)(const struct gb_state *, void *),
	void (*teardown)(const struct gb_state *, void *))
{
	size_t i = 0;

	while (i < hooked.size() && hooked[i])
		i++;
	if (b && i == hooked.size()) {
		setting(b, "gb_hooks: no room for more", false, [] {});
		return -ENOSPC;
	}
	return setting(b, "gb_hooks", b && !b->hooked, [&] {
		b->lib->Setup(hooks[i].setup);
		b->lib->Teardown(hooks[i].teardown);
		b->setup = setup;
		b->teardown = teardown;
		b->hooked = true;
		hooked[i] = b;
	});
}

int gb_use_time(struct gb_bench *b, enum gb_time time)
{
	bool valid = b && !b->timed && time >= GB_CPU_TIME && time <= GB_MANUAL_TIME;

	return setting(b, "gb_use_time", valid, [&] {
		if (time == GB_PROCESS_CPU_TIME)
			b->lib->MeasureProcessCPUTime();
		else if (time == GB_REAL_TIME)
			b->lib->UseRealTime();
		else if (time == GB_MANUAL_TIME)
			b->lib->UseManualTime();
		b->time = time;
		b->timed = true;
	});
}

int gb_unit(struct gb_bench *b, enum gb_unit unit)
{
	static const benchmark::TimeUnit units[] = {benchmark::kNanosecond, benchmark::kMicrosecond,
		benchmark::kMillisecond, benchmark::kSecond};

	return setting(b, "gb_unit", unit >= GB_NANOSECOND && unit <= GB_SECOND,
		[&] { b->lib->Unit(units[unit]); });
}

int gb_min_time(struct gb_bench *b, double seconds)
{
	return setting(b, "gb_min_time", b && !b->fixed && std::isfinite(seconds) && seconds > 0, [&] {
		b->lib->MinTime(seconds);
		b->minimum = true;
	});
}

int gb_min_warmup_time(struct gb_bench *b, double seconds)
{
	return setting(
		b, "gb_min_warmup_time", b && !b->fixed && std::isfinite(seconds) && seconds >= 0, [&] {
			b->lib->MinWarmUpTime(seconds);
			b->minimum = true;
		});
}

int gb_iterations(struct gb_bench *b, int64_t iterations)
{
	return setting(b, "gb_iterations", b && !b->minimum && iterations > 0, [&] {
		b->lib->Iterations(iterations);
		b->fixed = true;
	});
}

int gb_repetitions(struct gb_bench *b, int repetitions)
{
	return setting(b, "gb_repetitions", repetitions > 0, [&] { b->lib->Repetitions(repetitions); });
}

int gb_report(struct gb_bench *b, enum gb_report report)
{
	return setting(b, "gb_report", report >= GB_REPORT_ALL && report <= GB_DISPLAY_AGGREGATES, [&] {
		if (report == GB_DISPLAY_AGGREGATES)
			b->lib->DisplayAggregatesOnly(true);
		else
			b->lib->ReportAggregatesOnly(report == GB_REPORT_AGGREGATES);
	});
}

int gb_threads(struct gb_bench *b, int threads)
{
	return setting(b, "gb_threads", threads > 0, [&] { b->lib->Threads(threads); });
}

int gb_thread_range(struct gb_bench *b, int lo, int hi)
{
	return setting(b, "gb_thread_range", lo > 0 && lo <= hi, [&] { b->lib->ThreadRange(lo, hi); });
}

int gb_dense_thread_range(struct gb_bench *b, int lo, int hi, int step)
{
	bool valid = lo > 0 && lo <= hi && step > 0 && (hi - lo) / step < INSTANCES_MAX;

	return setting(b, "gb_dense_thread_range", valid, [&] { b->lib->DenseThreadRange(lo, hi, step); });
}

int gb_threads_per_cpu(struct gb_bench *b)
{
	return setting(b, "gb_threads_per_cpu", true, [&] { b->lib->ThreadPerCpu(); });
}

int gb_complexity(struct gb_bench *b, enum gb_complexity complexity)
{
	static const benchmark::BigO orders[] = {benchmark::o1, benchmark::oN, benchmark::oNSquared,
		benchmark::oNCubed, benchmark::oLogN, benchmark::oNLogN, benchmark::oAuto};

	return setting(b, "gb_complexity", complexity >= GB_O1 && complexity <= GB_OAUTO,
		[&] { b->lib->Complexity(orders[complexity]); });
}

int gb_complexity_function(struct gb_bench *b, double (*cost)(int64_t))
{
	return setting(b, "gb_complexity_function", cost != nullptr, [&] { b->lib->Complexity(cost); });
}

/* ---- within run() ---- */

int gb_keep_running(struct gb_state *s)
{
	return keep(s, [s] { return s->run->KeepRunning(); });
}

int gb_keep_running_batch(struct gb_state *s, int64_t n)
{
	if (__builtin_expect(n < 1, 0) && s->at != phase::over)
		gb_skip_with_error(s, "a batch needs at least one iteration");
	return keep(s, [s, n] { return s->run->KeepRunningBatch(n < 1 ? 1 : n); });
}

int gb_pause_timing(struct gb_state *s)
{
	bool valid = s && s->run && s->at == phase::running && !s->run->error_occurred();
	int ret = change(s, valid, [](benchmark::State &run) { run.PauseTiming(); });

	if (ret == 0)
		s->at = phase::paused;
	return ret;
}

int gb_resume_timing(struct gb_state *s)
{
	bool valid = s && s->run && s->at == phase::paused && !s->run->error_occurred();
	int ret = change(s, valid, [](benchmark::State &run) { run.ResumeTiming(); });

	if (ret == 0)
		s->at = phase::running;
	return ret;
}

int gb_set_iteration_time(struct gb_state *s, double seconds)
{
	bool valid = s && s->bench->time == GB_MANUAL_TIME && std::isfinite(seconds) && seconds >= 0;

	return change(s, valid, [&](benchmark::State &run) { run.SetIterationTime(seconds); });
}

int gb_skip_with_error(struct gb_state *s, const char *message)
{
	return change(s, message != nullptr, [&](benchmark::State &run) {
		if (!run.error_occurred())
			run.SkipWithError(message);
	});
}

int gb_set_bytes_processed(struct gb_state *s, int64_t bytes)
{
	return change(s, bytes >= 0, [&](benchmark::State &run) { run.SetBytesProcessed(bytes); });
}

int gb_set_items_processed(struct gb_state *s, int64_t items)
{
	return change(s, items >= 0, [&](benchmark::State &run) { run.SetItemsProcessed(items); });
}

int gb_set_label(struct gb_state *s, const char *label)
{
	return change(s, label != nullptr, [&](benchmark::State &run) { run.SetLabel(label); });
}

int gb_set_complexity_n(struct gb_state *s, int64_t n)
{
	return change(s, n > 0, [&](benchmark::State &run) { run.SetComplexityN(n); });
}

int gb_set_counter(struct gb_state *s, const char *name, double value, unsigned flags)
{
	bool valid = name && *name && std::isfinite(value) && flags < (GB_KIBI << 1);

	return change(s, valid, [&](benchmark::State &run) {
		run.counters[name] = benchmark::Counter(value, counter_flags(flags),
			flags & GB_KIBI ? benchmark::Counter::kIs1024 : benchmark::Counter::kIs1000);
	});
}

int64_t gb_arg(const struct gb_state *s, size_t index)
{
	if (s->bench->listed && index < s->bench->args)
		return s->view->range(index);
	if (s->run && !s->run->error_occurred())
		guarded([&] {
			s->run->SkipWithError("it asked for an argument that it does not have");
			return 0;
		});
	return 0;
}

int gb_thread_count(const struct gb_state *s)
{
	return s->view->threads();
}

int gb_thread_index(const struct gb_state *s)
{
	return s->view->thread_index();
}

int64_t gb_iterations_done(const struct gb_state *s)
{
	return s->view->iterations();
}

int64_t gb_iterations_planned(const struct gb_state *s)
{
	return s->view->max_iterations;
}

int gb_error_occurred(const struct gb_state *s)
{
	return s->view->error_occurred();
}

/* ---- running ---- */

int gb_initialize(int *argc, char **argv)
{
	if (!argc || !argv || *argc < 1)
		return -EINVAL;
	return guarded([&] {
		benchmark::Initialize(argc, argv);
		return 0;
	});
}

int gb_report_unknown(int argc, char **argv)
{
	guarded([&] {
		benchmark::ReportUnrecognizedArguments(argc, argv);
		return 0;
	});
	return argc > 1 ? argc - 1 : 0;
}

int gb_add_context(const char *key, const char *value)
{
	if (!key || !*key || !value)
		return -EINVAL;
	return guarded([&] {
		benchmark::AddCustomContext(key, value);
		return 0;
	});
}

long gb_run(const struct gb_run_config *config)
{
	static const gb_run_config as_flags = {};

	return guarded([&] { return run_all(config ? *config : as_flags); });
}

void gb_clear(void)
{
	guarded([] {
		benchmark::ClearRegisteredBenchmarks();
		hooked.fill(nullptr);
		registered.clear();
		return 0;
	});
}

void gb_shutdown(void)
{
	guarded([] {
		benchmark::Shutdown();
		return 0;
	});
}

int gb_main(int argc, char **argv)
{
	if (gb_initialize(&argc, argv) || gb_report_unknown(argc, argv))
		return 1;

	long count = gb_run(nullptr);

	gb_shutdown();
	return count < 0;
}
