/* report.c: `pvq report DIR`: rebuilds a run's report. */
#include "report/report.h"
#include "cmd/cmd.h"

#include <stdio.h>

static int run(const struct pvq_call *call)
{
	if (pvq_report_make(call->registry, call->given.word[0]))
		return PVQ_EXIT_USAGE;
	printf("%s/report.html\n", call->given.word[0]);
	return pvq_cmd_flush();
}

const struct pvq_command pvq_command_report = {
	.syntax = {.name = "pvq report",
		.summary = "Rebuild the report of a run from its raw.csv.",
		.words = "DIR",
		.words_help = "report takes one folder, such as reports/latest",
		.least = 1,
		.most = 1},
	.run = run,
};
