/* manual.c: writes the manual page in roff, and the completion of bash as a script. */
#include "cmd/manual.h"
#include "base/asset.h"

#include <stdio.h>
#include <string.h>

/* ---- the manual page ---- */

/* Text for roff, in which a plain '-' is a hyphen and a point may begin a request. */
static void roff(const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", stdout);
	for (; *text; text++)
		if (*text == '-')
			fputs("\\-", stdout);
		else if (*text == '\\')
			fputs("\\e", stdout);
		else
			putchar(*text);
}

static void roff_line(const char *text)
{
	roff(text);
	putchar('\n');
}

static void roff_option(const struct pvq_option *o)
{
	printf(".TP\n");
	for (const char *letter = o->letters ? o->letters : ""; *letter; letter++)
		printf("\\fB\\-%c\\fR, ", *letter);
	printf("\\fB\\-\\-");
	roff(o->name);
	printf("\\fR");
	if (o->word) {
		printf(" \\fI");
		roff(o->word);
		printf("\\fR");
	}
	putchar('\n');
	roff_line(o->help);
}

static void roff_command(const struct pvq_syntax *s)
{
	const struct pvq_option *o;

	printf(".SS ");
	roff(s->name);
	for (size_t i = 0; (o = pvq_options_at(s, i)); i++)
		if (o->required) {
			printf(" \\-\\-");
			roff(o->name);
			putchar(' ');
			roff(o->word);
		}
	printf(" [option...]");
	if (s->words) {
		putchar(' ');
		roff(s->words);
	}
	putchar('\n');
	roff_line(s->summary);
	if (s->words_help)
		roff_line(s->words_help);
	for (size_t i = 0; (o = pvq_options_at(s, i)); i++)
		if (strcmp(o->name, "help") != 0)
			roff_option(o);
}

void pvq_manual_print(const struct pvq_command *const *commands)
{
	printf(".TH PVQ 1 \"\" \"pvq ");
	roff(pvq_revision);
	printf("\" \"User Commands\"\n.SH NAME\npvq \\- measure which way of running tasks on several cores to take\n"
	       ".SH SYNOPSIS\n.B pvq\n.I command\n.RI [ option ...]\n.SH COMMANDS\n"
	       "Every command takes \\fB\\-h\\fR, \\fB\\-\\-help\\fR and \\fB\\-\\-version\\fR.\n");
	for (; *commands; commands++)
		roff_command(&(*commands)->syntax);
	printf(".SS pvq help [COMMAND]\nList the commands, or the options of one.\n"
	       ".B pvq help \\-\\-man\nprints this page,\n.B pvq help \\-\\-bash\nthe completion of bash.\n"
	       ".SH TASKS\n");
	roff_line(PVQ_TASKS_HELP);
	printf(".SH NUMBERS\n");
	roff_line(PVQ_NUMBERS_HELP);
	printf(".SH EXIT STATUS\n");
	roff_line(PVQ_EXIT_HELP);
	printf(".SH ENVIRONMENT\n.TP\n.B PVQ_PEERS\nThe folder of the peers: strategies that are separate programs. Without it,\n"
	       "the folder \\fIpeers\\fR beside the program.\n.TP\n.B NO_COLOR\nIf set and not empty, nothing has colour.\n"
	       ".SH SEE ALSO\n.BR pvq_pool (3)\n");
}

/* ---- bash ---- */

/* What completes an argument: words, with blanks between, or a call of one of the functions below. */
static void bash_values(const struct pvq_option *o)
{
	if (strcmp(o->name, "impl") == 0 || strcmp(o->name, "impls") == 0)
		printf("_pvq_names \"$1\" strategies 'all peers' \"$cur\"");
	else if (strcmp(o->name, "task") == 0 || strcmp(o->name, "tasks") == 0)
		printf("_pvq_names \"$1\" tasks '' \"$cur\"");
	else if (strcmp(o->word, "FILE") == 0)
		printf("_pvq_paths -f \"$cur\"");
	else if (strcmp(o->word, "DIR") == 0)
		printf("_pvq_paths -d \"$cur\"");
	else if (o->choices)
		printf("_pvq_pick '%s' \"$cur\"", o->choices);
	else
		printf("COMPREPLY=()");
}

static void bash_command(struct pvq_syntax syntax)
{
	const struct pvq_syntax *s = &syntax;
	const struct pvq_option *o;

	printf("\t%s)\n\t\tcase $prev in\n", s->name + strlen("pvq "));
	for (size_t i = 0; (o = pvq_options_at(s, i)); i++) {
		if (!o->word)
			continue;
		printf("\t\t");
		for (const char *letter = o->letters ? o->letters : ""; *letter; letter++)
			printf("-%c | ", *letter);
		printf("--%s) ", o->name);
		bash_values(o);
		printf(" && return ;;\n");
	}
	printf("\t\t*) ;;\n\t\tesac\n\t\toptions='");
	for (size_t i = 0; (o = pvq_options_at(s, i)); i++)
		printf("%s--%s", i ? " " : "", o->name);
	printf("'\n");
	if (s->choices)
		printf("\t\twords='%s'\n", s->choices);
	else if (s->words)
		printf("\t\tfolders=1\n");
	printf("\t\t;;\n");
}

void pvq_completion_print(const struct pvq_command *const *commands)
{
	printf("# shellcheck shell=bash\n"
	       "# Completion of pvq in bash, written by `pvq help --bash`.\n\n"
	       "# Completes a word, or the part of a list behind its last comma.\n"
	       "_pvq_pick() {\n"
	       "\tlocal head=''\n"
	       "\tif [[ $2 == *,* ]]; then head=${2%%,*},; fi\n"
	       "\tmapfile -t COMPREPLY < <(compgen -P \"$head\" -W \"$1\" -- \"${2##*,}\")\n"
	       "}\n"
	       "# Names that pvq lists, and others.\n"
	       "_pvq_names() {\n"
	       "\t_pvq_pick \"$3 $(\"$1\" list \"$2\" 2>/dev/null | sed -n 's/^  \\([^ ][^ ]*\\) .*/\\1/p')\" \"$4\"\n"
	       "}\n"
	       "_pvq_paths() {\n"
	       "\tmapfile -t COMPREPLY < <(compgen \"$1\" -- \"$2\")\n"
	       "\tcompopt -o filenames 2>/dev/null || true\n"
	       "}\n"
	       "_pvq() {\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} options='' words='' folders=''\n"
	       "\t# Bash takes --impl=serial for three words.\n"
	       "\tif [[ $cur == = ]]; then cur=''; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi\n"
	       "\tif ((COMP_CWORD == 1)) || { ((COMP_CWORD == 2)) && [[ $prev == help ]]; }; then\n"
	       "\t\t_pvq_pick '");
	for (size_t i = 0; commands[i]; i++)
		printf("%s ", commands[i]->syntax.name + strlen("pvq "));
	printf("help --help --version' \"$cur\"\n\t\treturn\n\tfi\n\tcase ${COMP_WORDS[1]} in\n");
	for (size_t i = 0; commands[i]; i++)
		bash_command(pvq_cmd_syntax(commands[i]));
	printf("\t*) return ;;\n\tesac\n"
	       "\tif [[ $cur == -* ]]; then\n"
	       "\t\t_pvq_pick \"$options\" \"$cur\"\n"
	       "\telif [[ $folders ]]; then\n"
	       "\t\t_pvq_paths -d \"$cur\"\n"
	       "\telse\n"
	       "\t\t_pvq_pick \"$words\" \"$cur\"\n"
	       "\tfi\n"
	       "}\n"
	       "complete -F _pvq pvq\n");
}
