/* pvq.c: main(): finds the command, parses its options, and runs it. */
#include "base/asset.h"
#include "base/flush.h"
#include "base/parse.h"
#include "base/process.h"
#include "base/quote.h"
#include "cmd/cmd.h"
#include "cmd/manual.h"
#include "grade/box.h"
#include "trial/peer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct pvq_command *const commands[] = {&pvq_command_list, &pvq_command_run,
	&pvq_command_bench, &pvq_command_e2e, &pvq_command_report, &pvq_command_compare, &pvq_command_agree,
	&pvq_command_selftest, &pvq_command_doctor, &pvq_command_ask, &pvq_command_lesson, &pvq_command_new,
	&pvq_command_grade, &pvq_command_chaos, NULL};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) - 1 };

static const char *name_of(const struct pvq_command *command)
{
	return command->syntax.name + strlen("pvq ");
}

/* The command of that name; NULL with one line on stderr. */
static const struct pvq_command *find(const char *name)
{
	const char *names[COMMANDS + 1] = {0}, *near;

	for (unsigned i = 0; i < COMMANDS; i++) {
		names[i] = name_of(commands[i]);
		if (strcmp(name, names[i]) == 0)
			return commands[i];
	}
	near = pvq_nearest(name, names);
	fprintf(stderr, "pvq: unknown command '%s'; %s%s%stry 'pvq help'\n", name,
		near ? "did you mean '" : "", near ? near : "", near ? "'? " : "");
	return NULL;
}

int pvq_cmd_flush(void)
{
	if (pvq_flush(stdout) == 0)
		return PVQ_EXIT_DONE;
	fprintf(stderr, "pvq: cannot write to stdout\n");
	return PVQ_EXIT_FAILED;
}

struct pvq_syntax pvq_cmd_syntax(const struct pvq_command *command)
{
	struct pvq_syntax syntax = command->syntax;

	syntax.version = pvq_revision;
	return syntax;
}

static void usage(FILE *f)
{
	size_t width = 0;

	fputs("pvq: which way of running N tasks on C cores should I take?\n\nusage: pvq COMMAND [option...]\n\n",
		f);
	for (unsigned i = 0; i < COMMANDS; i++)
		width = strlen(name_of(commands[i])) > width ? strlen(name_of(commands[i])) : width;
	for (unsigned i = 0; i < COMMANDS; i++)
		pvq_help_line(f, name_of(commands[i]), commands[i]->syntax.summary, width + 1);
	fputs("\n'pvq help COMMAND' and 'pvq COMMAND --help' list a command's options; 'pvq --version' names the build.\n" PVQ_TASKS_HELP
	      "\n" PVQ_NUMBERS_HELP "\n" PVQ_EXIT_HELP "\n",
		f);
}

/* `pvq help [COMMAND]`, and what packages install: `pvq help --man`, `pvq help --bash`. */
static int help(int words, char **word)
{
	const struct pvq_command *command;
	struct pvq_syntax syntax;

	if (words == 0) {
		usage(stdout);
		return pvq_cmd_flush();
	}
	if (words > 1) {
		fprintf(stderr, "pvq: help takes one command: pvq help %s\n", word[0]);
		return PVQ_EXIT_USAGE;
	}
	if (strcmp(word[0], "--man") == 0) {
		pvq_manual_print(commands);
		return pvq_cmd_flush();
	}
	if (strcmp(word[0], "--bash") == 0) {
		pvq_completion_print(commands);
		return pvq_cmd_flush();
	}
	command = find(word[0]);
	if (!command)
		return PVQ_EXIT_USAGE;
	syntax = pvq_cmd_syntax(command);
	pvq_options_help(stdout, &syntax);
	return pvq_cmd_flush();
}

/* The command as it can be typed again. The caller frees it. NULL: out of memory. */
static char *join(int argc, char **argv)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	fputs("pvq", f);
	for (int i = 1; i < argc; i++) {
		fputc(' ', f);
		pvq_quote_word(f, argv[i]);
	}
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}

static int run(const struct pvq_command *command, struct pvq_registry *registry, int argc, char **argv)
{
	char *typed = join(argc, argv);
	struct pvq_call call = {.typed = typed, .registry = registry};
	struct pvq_syntax syntax = pvq_cmd_syntax(command);
	int ret;

	if (!typed) {
		fprintf(stderr, "pvq: out of memory\n");
		return PVQ_EXIT_FAILED;
	}
	if (command->init)
		command->init();
	ret = pvq_options_parse(&syntax, argc - 1, argv + 1, command->into, &call.given);
	if (ret < 0)
		ret = PVQ_EXIT_USAGE;
	else
		ret = ret == PVQ_OPTIONS_ANSWERED ? pvq_cmd_flush() : command->run(&call);
	free(typed);
	return ret;
}

/* Opens /dev/null as 0, 1 and 2 where these are closed. The next open() would return a closed one, and messages for
 * stderr would end up in raw.csv. */
static void fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int main(int argc, char **argv)
{
	struct pvq_registry registry = {.linked_in = pvq_linked_in};
	const struct pvq_command *command;
	int code;

	pvq_process_begin();
	fill_standard_descriptors();
	if (argc < 2) {
		usage(stderr);
		return PVQ_EXIT_USAGE;
	}
	if (strcmp(argv[1], "help") == 0)
		return help(argc - 2, argv + 2);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return help(0, NULL);
	if (strcmp(argv[1], "--version") == 0) {
		printf("pvq %s\n", pvq_revision);
		return pvq_cmd_flush();
	}
	if (strcmp(argv[1], "trial") == 0) /* for the driver only */
		return pvq_peer_trial(&registry, argc - 1, argv + 1);
	if (strcmp(argv[1], "confined") == 0) /* for pvq grade only */
		pvq_box_main(argc - 1, argv + 1);
	command = find(argv[1]);
	code = command ? run(command, &registry, argc, argv) : PVQ_EXIT_USAGE;
	pvq_registry_free(&registry);
	return code;
}
