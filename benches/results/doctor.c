/* doctor.c: judges the facts about machine and build, one row per fact. */
#include "results/doctor.h"

#include <stdlib.h>
#include <string.h>

struct verdict {
	enum pvq_fitness fitness;
	const char *advice;
};

static const struct verdict fine = {PVQ_FIT_FINE, ""};

static struct verdict judge_cpus(const char *value)
{
	if (strtoul(value, NULL, 10) <= 1)
		return (struct verdict){PVQ_FIT_CAUTION,
			"only one CPU, so nothing can run in parallel: allow more (taskset, cpuset)"};
	if (strstr(value, "kinds of cores"))
		return (struct verdict){PVQ_FIT_CAUTION,
			"trials take the fast cores first, as serial does, so speed-ups look smaller where slow ones "
			"join: allow one kind only (taskset)"};
	return fine;
}

static struct verdict judge_quota(const char *value)
{
	if (strncmp(value, "none", 4) == 0)
		return fine;
	return (struct verdict){PVQ_FIT_CAUTION,
		"the kernel stops the group in mid-trial once it has used up its share: lift cpu.max, or "
		"use cpuset"};
}

static struct verdict judge_virtual(const char *value)
{
	if (strncmp(value, "yes", 3) != 0)
		return fine;
	return (struct verdict){PVQ_FIT_CAUTION,
		"wake-ups cost more, and the hypervisor may take the CPU: results hold only for such "
		"machines; watch the stolen time"};
}

static struct verdict judge_governor(const char *value)
{
	if (strcmp(value, "performance") == 0)
		return fine;
	return (struct verdict){PVQ_FIT_CAUTION,
		"short trials end before the clock has risen: cpupower frequency-set -g performance"};
}

static struct verdict judge_boost(const char *value)
{
	if (strncmp(value, "off", 3) == 0)
		return fine;
	return (struct verdict){PVQ_FIT_CAUTION,
		"one busy core runs faster than all of them together, so speed-ups look smaller"};
}

static struct verdict judge_smt(const char *value)
{
	if (strcmp(value, "on") != 0)
		return fine;
	return (struct verdict){PVQ_FIT_CAUTION,
		"trials take physical cores first; beyond these, two workers share a core: read larger "
		"core counts accordingly"};
}

static struct verdict judge_handover(const char *value)
{
	(void)value;
	return (struct verdict){
		PVQ_FIT_FINE, "the distance of the CPUs; pvq doctor --watch shows whether it changes"};
}

static struct verdict judge_beside(const char *value)
{
	if (strtod(value, NULL) < 1.25)
		return fine;
	return (struct verdict){PVQ_FIT_CAUTION,
		"the CPUs share a core, or its frequency falls: two of them do less than twice the work"};
}

static struct verdict judge_percent(const char *value, double caution, double spoils, const char *advice)
{
	double percent = strtod(value, NULL);

	if (percent < caution)
		return fine;
	return (struct verdict){percent < spoils ? PVQ_FIT_CAUTION : PVQ_FIT_SPOILS, advice};
}

static struct verdict judge_foreign(const char *value)
{
	return judge_percent(
		value, 2, 10, "other programs are running: stop them, or wait (top lists them)");
}

static struct verdict judge_stolen(const char *value)
{
	return judge_percent(value, 0.5, 5,
		"the host gives this machine's CPUs to others: measure at another time, or elsewhere");
}

static struct verdict judge_aslr(const char *value)
{
	if (strcmp(value, "0") == 0)
		return (struct verdict){PVQ_FIT_CAUTION,
			"every trial has the same addresses, so a lucky or unlucky layout persists: "
			"set randomize_va_space to 2"};
	return (struct verdict){
		PVQ_FIT_FINE, "every trial has different addresses, so no single layout decides"};
}

/* The fact is there only where something is wrong. */
static struct verdict judge_proc(const char *value)
{
	(void)value;
	return (struct verdict){PVQ_FIT_SPOILS,
		"no trial can be started, and interference is not seen: mount it (mount -t proc proc /proc)"};
}

/* A name cannot be good or bad. */
static struct verdict judge_name(const char *value)
{
	(void)value;
	return fine;
}

static struct verdict judge_load(const char *value)
{
	if (strtod(value, NULL) < 1)
		return fine;
	return (struct verdict){PVQ_FIT_CAUTION,
		"busy during the last minute: wait until it falls below 1, unless your own build or "
		"bench caused it"};
}

static struct verdict judge_clock(const char *value)
{
	if (strcmp(value, "tsc") == 0 || strcmp(value, "kvm-clock") == 0 ||
		strcmp(value, "arch_sys_counter") == 0)
		return fine;
	return (struct verdict){PVQ_FIT_CAUTION,
		"reading it may take a system call, which shows in short maps: boot with "
		"clocksource=tsc if that is stable"};
}

static struct verdict judge_flags(const char *value)
{
	if (strstr(value, "-fsanitize"))
		return (struct verdict){PVQ_FIT_SPOILS,
			"a sanitizer build measures the sanitizer: make clean, and build without SAN"};
	if (!strstr(value, "-O") || strstr(value, "-O0"))
		return (struct verdict){PVQ_FIT_SPOILS, "not optimised: build with CFLAGS=-O2"};
	return fine;
}

static struct verdict judge_revision(const char *value)
{
	if (strstr(value, "dirty") || strcmp(value, "unknown") == 0)
		return (struct verdict){PVQ_FIT_CAUTION,
			"this source is in no commit, so nobody can repeat the run: commit, build, "
			"measure"};
	return fine;
}

static const struct check {
	const char *key, *what;
	struct verdict (*judge)(const char *value);
} checks[] = {
	{"host_proc", "/proc", judge_proc},
	{"host_cpu_model", "CPU model", judge_name},
	{"host_cpus", "CPUs and topology", judge_cpus},
	{"host_cpu_quota", "CPU quota", judge_quota},
	{"host_load_at_start", "Load average", judge_load},
	{"host_foreign", "Other work at the start", judge_foreign},
	{"host_stolen", "Stolen time at the start", judge_stolen},
	{"host_handover", "Hand-over between CPUs", judge_handover},
	{"host_beside", "Computing beside each other", judge_beside},
	{"host_virtual", "Virtual machine", judge_virtual},
	{"host_governor", "Frequency governor", judge_governor},
	{"host_boost", "Frequency boost", judge_boost},
	{"host_smt", "Hardware threads (SMT)", judge_smt},
	{"host_aslr", "Address randomisation", judge_aslr},
	{"host_clock", "Clock source", judge_clock},
	{"host_kernel", "Kernel", judge_name},
	{"version_compiler", "Compiler", judge_name},
	{"version_flags", "Compiler flags", judge_flags},
	{"version_pvq", "Revision of pvq", judge_revision},
};

enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };

_Static_assert((int)CHECKS <= (int)PVQ_FINDINGS_MAX, "room for every check");

unsigned pvq_doctor(const struct pvq_manifest *m, struct pvq_finding finding[PVQ_FINDINGS_MAX])
{
	unsigned count = 0;

	for (unsigned i = 0; i < CHECKS; i++) {
		const char *value = pvq_manifest_get(m, checks[i].key);
		struct verdict verdict = {PVQ_FIT_UNKNOWN, "not available here"};

		if (value)
			verdict = checks[i].judge(value);
		else if (checks[i].judge == judge_proc)
			continue;
		finding[count++] = (struct pvq_finding){.what = checks[i].what,
			.value = value ? value : "–",
			.fitness = verdict.fitness,
			.advice = verdict.advice};
	}
	return count;
}

enum pvq_fitness pvq_doctor_worst(const struct pvq_finding *finding, unsigned count)
{
	enum pvq_fitness worst = PVQ_FIT_FINE;

	for (unsigned i = 0; i < count; i++)
		if (finding[i].fitness != PVQ_FIT_UNKNOWN && finding[i].fitness > worst)
			worst = finding[i].fitness;
	return worst;
}

void pvq_doctor_warn(FILE *f, const struct pvq_manifest *m)
{
	struct pvq_finding finding[PVQ_FINDINGS_MAX];
	unsigned count = m->count ? pvq_doctor(m, finding) : 0;

	for (unsigned i = 0; i < count; i++)
		if (finding[i].fitness == PVQ_FIT_SPOILS)
			fprintf(f, "pvq: %s: %s (%s): %s\n", pvq_fitness_words(PVQ_FIT_SPOILS),
				finding[i].what, finding[i].value, finding[i].advice);
}

const char *pvq_fitness_words(enum pvq_fitness fitness)
{
	static const char *const words[] = {"fine", "caution", "spoils the run", "unknown"};

	return words[fitness];
}
