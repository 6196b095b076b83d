/* text.c: formats and escapes. */
#include "trial/text.h"

#include "base/quote.h"
#include "trial/spec.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct unit {
	double ns;
	const char *name;
} text_unit[] = {{1, "ns"}, {1e3, "µs"}, {1e6, "ms"}, {1e9, "s"}};

/* The largest unit in which the value, rounded to three digits, is at least 1. */
static const struct unit *text_unit_of(double ns)
{
	size_t i = sizeof(text_unit) / sizeof(text_unit[0]);

	while (--i > 0)
		if (ns >= text_unit[i].ns * 0.9995)
			break;
	return &text_unit[i];
}

/* The number of decimals that gives three significant digits. */
static int text_decimals(double x)
{
	int decimals = 0;

	for (double limit = 99.95; x != 0 && fabs(x) < limit && decimals < 5; limit /= 10)
		decimals++;
	return decimals;
}

struct pvq_text pvq_text_number(double x)
{
	struct pvq_text t;

	if (isnan(x))
		snprintf(t.s, sizeof(t.s), "–");
	else
		snprintf(t.s, sizeof(t.s), "%.*f", text_decimals(x), x);
	return t;
}

struct pvq_text pvq_text_ns(double ns)
{
	const struct unit *unit = text_unit_of(ns);
	struct pvq_text t;

	if (isnan(ns))
		snprintf(t.s, sizeof(t.s), "–");
	else
		snprintf(t.s, sizeof(t.s), "%.20s %s", pvq_text_number(ns / unit->ns).s, unit->name);
	return t;
}

struct pvq_text pvq_text_tic(double ns)
{
	const struct unit *unit = text_unit_of(ns);
	struct pvq_text t;

	snprintf(t.s, sizeof(t.s), "%.3g %s", ns / unit->ns, unit->name);
	return t;
}

struct pvq_text pvq_text_percent(double share)
{
	struct pvq_text t;

	if (isnan(share))
		snprintf(t.s, sizeof(t.s), "–");
	else
		snprintf(t.s, sizeof(t.s), "%.*f %%", fabs(share) < 0.0995 ? 1 : 0, share * 100);
	return t;
}

struct pvq_text pvq_text_ratio_interval(double x, double lo, double hi)
{
	struct pvq_text t = pvq_text_number(x);
	int decimals = text_decimals(x);

	if (!isnan(x) && !isnan(lo) && !isnan(hi))
		snprintf(t.s, sizeof(t.s), "%.*f (%.*f–%.*f)", decimals, x, decimals, lo, decimals, hi);
	return t;
}

struct pvq_text pvq_text_ns_interval(double ns, double lo, double hi)
{
	const struct unit *unit = text_unit_of(ns);
	struct pvq_text t = pvq_text_ns(ns);
	int decimals = text_decimals(ns / unit->ns);

	if (!isnan(ns) && !isnan(lo) && !isnan(hi))
		snprintf(t.s, sizeof(t.s), "%.*f %s (%.*f–%.*f)", decimals, ns / unit->ns, unit->name,
			decimals, lo / unit->ns, decimals, hi / unit->ns);
	return t;
}

/* Appends "name=value". A long value loses its front, since the end of a path tells more. */
static size_t text_append_arg(char *label, size_t used, const char *arg, size_t len)
{
	const char *value = memchr(arg, '=', len);
	size_t name = value ? (size_t)(value - arg) + 1 : 0, keep = len - name;
	int shortened = keep > 28, wrote;

	if (shortened)
		for (keep = 24; keep && (arg[len - keep] & 0xc0) == 0x80; keep--)
			; /* not from the middle of a UTF-8 character */
	wrote = snprintf(label + used, PVQ_LABEL_MAX - used, "%.*s%s%.*s", (int)name, arg,
		shortened ? "…" : "", (int)keep, arg + len - keep);
	used += wrote > 0 ? (size_t)wrote : 0;
	return used < PVQ_LABEL_MAX ? used : PVQ_LABEL_MAX - 1;
}

/* Labels go into pages, pictures and JSON: bytes that are no UTF-8 are written as \xNN, and control characters as blanks,
 * as far as there is room. */
static void text_tidy(char label[PVQ_LABEL_MAX])
{
	char *copy = pvq_utf8_copy(label);
	size_t used = 0;

	for (const char *c = copy; c && *c;) {
		size_t len = pvq_utf8_len(c);

		if (used + len >= PVQ_LABEL_MAX)
			break;
		memcpy(label + used, iscntrl((unsigned char)*c) ? " " : c, len);
		used += len;
		c += len;
	}
	if (copy)
		label[used] = '\0';
	free(copy);
}

void pvq_text_task(char label[PVQ_LABEL_MAX], const char *name, const char *args)
{
	const struct pvq_task *task = pvq_tasks[pvq_task_rank(name)];
	size_t used = (size_t)snprintf(label, PVQ_LABEL_MAX, "%.63s", name);
	char separator = ':';

	while (*args && used + 2 < PVQ_LABEL_MAX) {
		size_t len = task ? pvq_spec_piece(args, PVQ_PIECE_ARG) : strlen(args);
		int arg = task ? pvq_spec_arg_at(task, args) : -1;

		if (arg < 0 || !task->args[arg].settled) {
			label[used++] = separator;
			used = text_append_arg(label, used, args, len);
			separator = ',';
		}
		args += len;
		args += *args == ',';
	}
	text_tidy(label);
}

void pvq_text_md(FILE *f, const char *text)
{
	unsigned char before = ' ';

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text, after = (unsigned char)text[1];
		size_t len = pvq_utf8_len(text);
		/* An underscore within a word is not markup; unescaped, the name can be searched for. */
		int inner = c == '_' && isalnum(before) && isalnum(after);

		if (!inner && strchr("\\`*_[]<>|&#~$!{}@", c))
			fputc('\\', f);
		if (len == 0)
			fprintf(f, "\\\\x%02x", c);
		else if (len == 1)
			fputc(iscntrl(c) ? ' ' : c, f);
		else
			fwrite(text, 1, len, f);
		text += len > 1 ? len - 1 : 0;
		before = c;
	}
}

void pvq_text_slug(char *slug, size_t cap, const char *text)
{
	size_t used = 0;

	for (; *text && used + 1 < cap; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x80 && (isalnum(c) || c == '_' || c == '.'))
			slug[used++] = *text;
		else if (used && slug[used - 1] != '-')
			slug[used++] = '-';
	}
	while (used && slug[used - 1] == '-')
		used--;
	slug[used] = '\0';
}

/* "64 KiB", "1 ms": a round number with its unit. */
static struct pvq_text text_size(double bytes)
{
	static const char *const unit[] = {"bytes", "KiB", "MiB", "GiB"};
	struct pvq_text t;
	int i = 0;

	for (; i < 3 && bytes >= 1024; i++)
		bytes /= 1024;
	snprintf(t.s, sizeof(t.s), "%.4g %s", bytes, bytes == 1 && i == 0 ? "byte" : unit[i]);
	return t;
}

static struct pvq_text text_with_unit(const struct pvq_arg *arg, const char *value)
{
	double number = strtod(value, NULL);
	struct pvq_text t;

	switch (arg->unit) {
	case PVQ_UNIT_NS:
		return pvq_text_tic(number);
	case PVQ_UNIT_US:
		return pvq_text_tic(number * 1e3);
	case PVQ_UNIT_S:
		return pvq_text_tic(number * 1e9);
	case PVQ_UNIT_BYTES:
		return text_size(number);
	case PVQ_UNIT_KIB:
		return text_size(number * 1024);
	case PVQ_UNIT_NONE:
		break;
	}
	snprintf(t.s, sizeof(t.s), "%.*s", (int)sizeof(t.s) - 1, value);
	return t;
}

/* Copies the value of an argument in "in=64,out=64", or its default. */
static void text_value(
	char *value, size_t cap, const struct pvq_task *task, const struct pvq_arg *arg, const char *args)
{
	snprintf(value, cap, "%s", arg->def ? arg->def : "");
	while (*args) {
		size_t len = pvq_spec_piece(args, PVQ_PIECE_ARG), name = strlen(arg->name) + 1;

		if (pvq_spec_arg_at(task, args) == arg - task->args) {
			snprintf(value, cap, "%.*s", (int)(len - name), args + name);
			(void)pvq_spec_unquote(value); /* fails only if it was cut */
		}
		args += len;
		args += *args == ',';
	}
}

/* Appends to a label as much as it has room for. */
static void text_append(char label[PVQ_LABEL_MAX], const char *more, size_t len)
{
	size_t used = strlen(label);

	snprintf(label + used, PVQ_LABEL_MAX - used, "%.*s", (int)len, more);
}

/* Appends the argument that `{ARG}` names. Returns the length of `{ARG}`; 0: the task has no such argument. */
static size_t text_expand(
	char label[PVQ_LABEL_MAX], const struct pvq_task *task, const char *brace, const char *args)
{
	size_t name = strcspn(brace + 1, "}");

	for (const struct pvq_arg *arg = task->args; arg && arg->name; arg++) {
		char value[PVQ_SPEC_MAX];
		struct pvq_text text;

		if (strlen(arg->name) != name || strncmp(arg->name, brace + 1, name) != 0)
			continue;
		text_value(value, sizeof(value), task, arg, args);
		text = text_with_unit(arg, value);
		text_append(label, text.s, strlen(text.s));
		return name + 2;
	}
	return 0;
}

void pvq_text_plain(char label[PVQ_LABEL_MAX], const char *name, const char *args)
{
	const struct pvq_task *task = pvq_tasks[pvq_task_rank(name)];

	if (!task || !task->plain) {
		pvq_text_task(label, name, args);
		return;
	}
	label[0] = '\0';
	for (const char *at = task->plain; *at;) {
		size_t used = *at == '{' ? text_expand(label, task, at, args) : 0;

		if (!used)
			text_append(label, at, 1);
		at += used ? used : 1;
	}
	text_tidy(label);
}
