/* report.c: `pvq report DIR`. */
#include "report/report.h"
#include "cmd/cmd.h"

#include <stdio.h>

int pvq_cmd_report(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "pvq: report takes one folder, such as reports/latest\n");
		return PVQ_EXIT_USAGE;
	}
	if (pvq_report_make(argv[1]))
		return PVQ_EXIT_USAGE;
	printf("%s/report.html\n", argv[1]);
	return pvq_cmd_flush();
}
