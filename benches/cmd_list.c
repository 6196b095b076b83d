/* cmd_list.c: `pvq list`: what there is to run, straight from the descriptors. */
#include "cmd.h"
#include "impl.h"

#include <stdio.h>

static void list_arg(const struct pvq_arg *arg)
{
	printf("      %s=%s  %s", arg->name, arg->def, arg->help);
	if (arg->kind == PVQ_ARG_COUNT || arg->kind == PVQ_ARG_REAL)
		printf(" (%.15g to %.15g)", arg->min, arg->max);
	for (int i = 0; arg->words && arg->words[i]; i++)
		printf("%s%s%s", i ? "|" : " (", arg->words[i], arg->words[i + 1] ? "" : ")");
	putchar('\n');
}

int pvq_cmd_list(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) {
		fprintf(stderr, "pvq: list takes no arguments\n");
		return PVQ_EXIT_USAGE;
	}
	printf("Strategies (--impl):\n");
	for (int i = 0; pvq_impls[i]; i++)
		printf("  %-16s %s\n", pvq_impls[i]->name, pvq_impls[i]->summary);
	printf("\nTasks (--task name:argument=value,...), each argument with its default:\n");
	for (int i = 0; pvq_tasks[i]; i++) {
		printf("  %-16s %s\n", pvq_tasks[i]->name, pvq_tasks[i]->summary);
		for (const struct pvq_arg *arg = pvq_tasks[i]->args; arg && arg->name; arg++)
			list_arg(arg);
	}
	return pvq_cmd_flush();
}
