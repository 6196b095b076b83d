/* doctor.c: `pvq doctor`: checks whether this machine is fit to measure on right now. */
#include "results/doctor.h"
#include "cmd/cmd.h"
#include "drive/host.h"

#include <string.h>

static int read_facts(struct pvq_manifest *facts)
{
	struct pvq_host host;
	FILE *f = tmpfile();
	int ret = f ? pvq_host_read(&host) : -1;

	if (ret == 0) {
		pvq_host_facts(&host, f);
		rewind(f);
		ret = pvq_manifest_parse(facts, f);
	}
	if (f)
		fclose(f);
	else
		fprintf(stderr, "pvq: cannot create a temporary file for the machine's facts\n");
	return ret;
}

static int run(const struct pvq_call *call)
{
	struct pvq_finding finding[PVQ_FINDINGS_MAX];
	struct pvq_manifest facts = {0};
	enum pvq_fitness worst;
	unsigned count;

	(void)call;
	if (read_facts(&facts)) {
		pvq_manifest_free(&facts);
		return PVQ_EXIT_FAILED;
	}
	count = pvq_doctor(&facts, finding);
	for (unsigned i = 0; i < count; i++) {
		printf("%-15s %s: %s\n", pvq_fitness_words(finding[i].fitness), finding[i].what,
			finding[i].value);
		if (finding[i].fitness != PVQ_FIT_UNKNOWN && finding[i].advice[0])
			printf("%-15s   %s\n", "", finding[i].advice);
	}
	worst = pvq_doctor_worst(finding, count);
	printf("\nOverall: %s\n", pvq_fitness_words(worst));
	pvq_manifest_free(&facts);
	return pvq_cmd_flush() || worst == PVQ_FIT_SPOILS ? PVQ_EXIT_FAILED : PVQ_EXIT_DONE;
}

const struct pvq_command pvq_command_doctor = {
	.syntax = {.name = "pvq doctor",
		.summary = "Check whether this machine, right now, is fit to measure on."},
	.run = run,
};
