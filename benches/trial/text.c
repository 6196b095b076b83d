/* text.c: formats and escapes. */
#include "trial/text.h"

#include "trial/spec.h"

#include <ctype.h>
#include <math.h>
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
}

void pvq_text_md(FILE *f, const char *text)
{
	unsigned char before = ' ';

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text, after = (unsigned char)text[1];
		/* An underscore within a word is not markup; unescaped, the name can be searched for. */
		int inner = c == '_' && isalnum(before) && isalnum(after);

		if (!inner && strchr("\\`*_[]<>|&#~$!{}@", c))
			fputc('\\', f);
		fputc(iscntrl(c) ? ' ' : c, f);
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
