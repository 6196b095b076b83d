/* spec.c: parses tasks, with messages that tell what to type. */
#include "trial/spec.h"
#include "base/parse.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

size_t pvq_task_rank(const char *name)
{
	size_t i = 0;

	while (pvq_tasks[i] && strcmp(pvq_tasks[i]->name, name) != 0)
		i++;
	return i;
}

static const char *task_at(const void *tasks, size_t i)
{
	const struct pvq_task *task = ((const struct pvq_task *const *)tasks)[i];

	return task ? task->name : NULL;
}

const struct pvq_task *pvq_task_find(const char *name)
{
	const struct pvq_task *task = pvq_tasks[pvq_task_rank(name)];

	if (!task)
		pvq_unknown("task", name, task_at, pvq_tasks, NULL);
	return task;
}

static int parse_word(const char *what, const char *text, const char *const *words, uint64_t *value)
{
	for (*value = 0; words[*value]; ++*value)
		if (strcmp(words[*value], text) == 0)
			return 0;
	pvq_unknown(what, text, pvq_word_at, words, NULL);
	return -EINVAL;
}

static int parse_value(
	const struct pvq_task *task, const struct pvq_arg *arg, const char *text, union pvq_value *value)
{
	char what[PVQ_SPEC_MAX];

	snprintf(what, sizeof(what), "%s:%s", task->name, arg->name);
	switch (arg->kind) {
	case PVQ_ARG_COUNT:
		return pvq_parse_whole(
			what, text, arg->unit, (uint64_t)arg->min, (uint64_t)arg->max, &value->u);
	case PVQ_ARG_REAL:
		return pvq_parse_real(what, text, arg->unit, arg->min, arg->max, &value->d);
	case PVQ_ARG_WORD:
		return parse_word(what, text, arg->words, &value->u);
	case PVQ_ARG_TEXT:
		value->s = text;
		return 0;
	}
	return -EINVAL;
}

int pvq_spec_arg_at(const struct pvq_task *task, const char *at)
{
	for (int i = 0; task->args && task->args[i].name; i++) {
		size_t len = strlen(task->args[i].name);

		if (strncmp(at, task->args[i].name, len) == 0 && at[len] == '=')
			return i;
	}
	return -1;
}

static const char *arg_name_at(const void *task, size_t i)
{
	const struct pvq_arg *args = ((const struct pvq_task *)task)->args;

	return args ? args[i].name : NULL;
}

static int no_such_arg(const struct pvq_task *task, const char *at)
{
	char what[PVQ_SPEC_MAX], word[PVQ_SPEC_MAX];

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(at, "=,"), at);
	if (!arg_name_at(task, 0)) {
		fprintf(stderr, "pvq: task %s takes no arguments, not '%s'\n", task->name, word);
	} else if (at[strcspn(at, "=,")] != '=') {
		fprintf(stderr, "pvq: write task arguments as %s:%s=VALUE, not '%s'\n", task->name,
			arg_name_at(task, 0), at);
	} else {
		snprintf(what, sizeof(what), "argument of task %s", task->name);
		pvq_unknown(what, word, arg_name_at, task, NULL);
	}
	return -EINVAL;
}

/* ---- quotes ---- */

static int is_quote(char c)
{
	return c == '\'' || c == '"';
}

/* The end of the quoted pieces with which a value starts; the value itself if it is bare. NULL: a quote stays open. */
static const char *end_of_quotes(const char *value)
{
	while (is_quote(*value)) {
		value = strchr(value + 1, *value);
		if (!value)
			return NULL;
		value++;
	}
	return value;
}

/* Skips a task's name and an argument's, with the quoted pieces of its value: commas in them separate nothing. */
static const char *skip_head(const char *at)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	const char *colon = at + strspn(at, letters), *name = *colon == ':' ? colon + 1 : at, *end;

	name += strspn(name, letters);
	end = *name == '=' ? end_of_quotes(name + 1) : at;
	return end ? end : at + strlen(at);
}

size_t pvq_spec_piece(const char *text, enum pvq_piece piece)
{
	const char *at = is_quote(*text) ? end_of_quotes(text) : skip_head(text), *comma;

	if (!at)
		return strlen(text);
	for (; *(comma = at + strcspn(at, ",")); at = skip_head(comma + 1)) {
		const char *next = comma + 1;
		size_t name = strspn(next, "abcdefghijklmnopqrstuvwxyz_");

		if (piece == PVQ_PIECE_ARG ? name > 0 && next[name] == '='
					   : next[strcspn(next, ":,=")] != '=')
			break;
	}
	return (size_t)(comma - text);
}

int pvq_spec_unquote(char *value)
{
	const char *end = end_of_quotes(value), *from = value;

	if (end == value)
		return 0;
	if (!end || *end)
		return -EINVAL;
	while (from < end) {
		char quote = *from++;

		while (*from != quote)
			*value++ = *from++;
		from++;
	}
	*value = '\0';
	return 0;
}

/* Writes a value so that it can be parsed again: bare if that is possible, else in quotes. */
static void write_value(char *buf, size_t cap, const char *value)
{
	size_t len = 0;

	if (!value[strcspn(value, " ,'\"")]) {
		snprintf(buf, cap, "%s", value);
		return;
	}
	while (*value && len < cap) {
		char quote = *value == '\'' ? '"' : '\'';
		const char other[] = {quote, '\0'};
		size_t piece = strcspn(value, other);

		len += (size_t)snprintf(buf + len, cap - len, "%c%.*s%c", quote, (int)piece, value, quote);
		value += piece;
	}
}

/* Whether the value can stand in a CSV field, a table and a command line that is shown. */
static int is_plain(const char *value)
{
	for (; *value; value++)
		if (iscntrl((unsigned char)*value))
			return 0;
	return 1;
}

static int take_value(
	const struct pvq_task *task, const struct pvq_arg *arg, char *text, union pvq_value *value)
{
	if (pvq_spec_unquote(text)) {
		fprintf(stderr,
			"pvq: %s:%s=%s: close the quote; only a comma or another quote may follow it\n",
			task->name, arg->name, text);
		return -EINVAL;
	}
	if (!is_plain(text)) {
		fprintf(stderr, "pvq: %s:%s takes no line breaks and no control characters\n", task->name,
			arg->name);
		return -EINVAL;
	}
	return parse_value(task, arg, text, value);
}

/* Refuses a spec without a value that must be given. Such arguments are texts. */
static int check_given(const struct pvq_spec *spec)
{
	for (int i = 0; spec->task->args && spec->task->args[i].name; i++) {
		const struct pvq_arg *arg = &spec->task->args[i];

		if (!arg->def && (!spec->value[i].s || !spec->value[i].s[0])) {
			fprintf(stderr, "pvq: task %s needs %s:%s=..., %s\n", spec->task->name,
				spec->task->name, arg->name, arg->help);
			return -EINVAL;
		}
	}
	return 0;
}

int pvq_spec_stdin(const struct pvq_spec *spec)
{
	for (int i = 0; spec->task->args && spec->task->args[i].name; i++)
		if (spec->task->args[i].kind == PVQ_ARG_TEXT && strcmp(spec->value[i].s, "-") == 0)
			return 1;
	return 0;
}

int pvq_spec_parse(struct pvq_spec *spec, const char *words)
{
	char *at, args[PVQ_SPEC_MAX];

	if (snprintf(spec->text, sizeof(spec->text), "%s", words) >= (int)sizeof(spec->text)) {
		fprintf(stderr, "pvq: a task has at most %d characters\n", PVQ_SPEC_MAX - 1);
		return -EINVAL;
	}
	at = strchr(spec->text, ':');
	if (at)
		*at++ = '\0';
	spec->task = pvq_task_find(spec->text);
	if (!spec->task)
		return -EINVAL;
	spec->keep = (struct pvq_keep){0};
	for (int i = 0; spec->task->args && spec->task->args[i].name; i++) {
		const struct pvq_arg *arg = &spec->task->args[i];

		spec->value[i] = (union pvq_value){0};
		if (arg->def && parse_value(spec->task, arg, arg->def, &spec->value[i]))
			return -EINVAL;
	}
	while (at && *at) {
		int i = pvq_spec_arg_at(spec->task, at);
		char *value, *next;

		if (i < 0)
			return no_such_arg(spec->task, at);
		value = strchr(at, '=') + 1;
		next = value + pvq_spec_piece(value, PVQ_PIECE_ARG);
		if (*next)
			*next++ = '\0';
		if (take_value(spec->task, &spec->task->args[i], value, &spec->value[i]))
			return -EINVAL;
		at = next;
	}
	if (check_given(spec))
		return -EINVAL;
	pvq_spec_args(spec, args, sizeof(args));
	if (strlen(args) + strlen(spec->task->name) + 2 >= PVQ_SPEC_MAX) {
		fprintf(stderr, "pvq: the arguments of task %s are too long\n", spec->task->name);
		return -EINVAL;
	}
	return 0;
}

void pvq_spec_settle(struct pvq_spec *spec)
{
	if (spec->task->settle)
		spec->task->settle(spec->value);
}

void pvq_spec_args(const struct pvq_spec *spec, char *buf, size_t cap)
{
	size_t len = 0;

	buf[0] = '\0';
	for (int i = 0; spec->task->args && spec->task->args[i].name; i++) {
		const struct pvq_arg *arg = &spec->task->args[i];
		const union pvq_value *value = &spec->value[i];
		char text[PVQ_SPEC_MAX] = "";

		switch (arg->kind) {
		case PVQ_ARG_COUNT:
			snprintf(text, sizeof(text), "%llu", (unsigned long long)value->u);
			break;
		case PVQ_ARG_REAL:
			snprintf(text, sizeof(text), "%g", value->d);
			break;
		case PVQ_ARG_WORD:
			snprintf(text, sizeof(text), "%s", arg->words[value->u]);
			break;
		case PVQ_ARG_TEXT:
			write_value(text, sizeof(text), value->s);
			break;
		}
		if (len < cap)
			len += (size_t)snprintf(
				buf + len, cap - len, "%s%s=%s", i ? "," : "", arg->name, text);
	}
}

int pvq_spec_count(const struct pvq_spec *spec, uint64_t *n)
{
	struct pvq_load load = {.task = spec->task, .keep = spec->keep, .n = *n};
	struct pvq_error err = PVQ_NO_ERROR;
	int ret;

	if (!spec->task->count)
		return 0;
	memcpy(load.arg, spec->value, sizeof(load.arg));
	ret = spec->task->count(&load, n, &err);
	if (ret)
		fprintf(stderr, "pvq: %s\n", err.msg);
	return ret;
}

int pvq_load_build(struct pvq_load *load, const struct pvq_spec *spec, uint64_t n, uint64_t seed,
	struct pvq_error *err)
{
	int ret;

	*load = (struct pvq_load){.task = spec->task, .keep = spec->keep, .n = n, .seed = seed};
	memcpy(load->arg, spec->value, sizeof(load->arg));
	ret = load->task->build(load, err);
	if (ret)
		pvq_load_free(load);
	return ret;
}

void pvq_load_free(struct pvq_load *load)
{
	if (load->task->free)
		load->task->free(load);
}
