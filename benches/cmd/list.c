/* list.c: `pvq list`: lists strategies, peers and tasks, from their descriptors. */
#include "cmd/cmd.h"
#include "drive/peers.h"
#include "trial/registry.h"

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

/* Lists the strategies that are linked in, or the peers, under a title. */
static void list_impls(const struct pvq_registry *registry, const char *title, int peers)
{
	const struct pvq_impl *impl;
	int first = 1;

	for (size_t i = 0; (impl = pvq_registry_at(registry, i)); i++) {
		if (pvq_impl_is_peer(impl) != peers)
			continue;
		if (first)
			printf("%s\n", title);
		first = 0;
		if (impl->unavailable)
			printf("  %-27s unavailable: %s\n", impl->name, impl->unavailable);
		else
			printf("  %-27s %s\n", impl->name, impl->summary);
	}
}

static int run(const struct pvq_call *call)
{
	pvq_peers_find(call->registry);
	list_impls(call->registry, "Strategies (--impl):", 0);
	list_impls(call->registry,
		"\nPeers (--impl; other libraries and languages, built by `make peers`):", 1);
	printf("\nTasks (--task name:argument=value,...), each argument with its default:\n");
	for (int i = 0; pvq_tasks[i]; i++) {
		printf("  %-27s %s\n", pvq_tasks[i]->name, pvq_tasks[i]->summary);
		for (const struct pvq_arg *arg = pvq_tasks[i]->args; arg && arg->name; arg++)
			list_arg(arg);
	}
	return pvq_cmd_flush();
}

const struct pvq_command pvq_command_list = {
	.syntax = {.name = "pvq list",
		.summary = "List strategies, peers and tasks, with their arguments."},
	.run = run,
};
