/* finding.c: computes medians with their intervals, judges the target, and prints columns. */
#include "pool/finding.h"
#include "stats/stats.h"
#include "trial/text.h"

#include <math.h>
#include <string.h>

enum { WHAT = 25, OURS = 25, PEER = 39, MARGIN = 24, TARGET = 24 };

/* Sorts a copy, since the values belong to the finding. */
static struct pvq_estimate estimate(const double *value, size_t n)
{
	double copy[POOL_SHEET_BLOCKS];

	memcpy(copy, value, n * sizeof(*copy));
	return pvq_estimate(copy, n, PVQ_ALPHA);
}

enum pool_answer pool_finding_answer(const struct pool_finding *f)
{
	struct pvq_estimate e = estimate(f->margin_unit ? f->margin : f->ours, f->n);
	double lo = f->every ? e.min : e.lo, hi = f->every ? e.max : e.hi;

	if (isnan(lo) || isnan(hi))
		return POOL_NOT_CERTAIN;
	if (f->every)
		return (f->at_least ? lo >= f->target : hi <= f->target) ? POOL_MET : POOL_NOT_MET;
	if (f->at_least ? lo >= f->target : hi <= f->target)
		return POOL_MET;
	return (f->at_least ? hi < f->target : lo > f->target) ? POOL_NOT_MET : POOL_NOT_CERTAIN;
}

/* "12.3 (11.9–12.8)", or with [the range] if that counts, or if there is no interval. */
static struct pvq_text interval(const double *value, size_t n, int every)
{
	struct pvq_estimate e = estimate(value, n);
	struct pvq_text t;
	size_t len;

	if (e.min >= e.max)
		return pvq_text_number(e.median);
	if (!every && !isnan(e.lo))
		return pvq_text_ratio_interval(e.median, e.lo, e.hi);
	t = pvq_text_ratio_interval(e.median, e.min, e.max);
	len = strlen(t.s);
	t.s[strcspn(t.s, "(")] = '[';
	t.s[len - 1] = ']';
	return t;
}

/* Pads to a terminal's columns: the bytes that continue a UTF-8 character take none. */
static void column(FILE *f, const char *text, int width)
{
	int shown = 0;

	for (const char *c = text; *c; c++)
		shown += (*c & 0xc0) != 0x80;
	fprintf(f, "%s%*s", text, shown < width ? width - shown : 1, "");
}

void pool_finding_head(FILE *f)
{
	column(f, "figure", WHAT);
	column(f, "ours", OURS);
	column(f, "peer", PEER);
	column(f, "ratio or margin", MARGIN);
	column(f, "target", TARGET);
	fputs("verdict\n", f);
}

void pool_finding_print(FILE *f, const struct pool_finding *finding)
{
	static const char *const answer[] = {"met", "NOT MET", "not certain"};
	char text[128];

	column(f, finding->what, WHAT);
	snprintf(text, sizeof(text), "%s %s", interval(finding->ours, finding->n, finding->every).s,
		finding->unit);
	column(f, text, OURS);
	if (finding->peer_name)
		snprintf(text, sizeof(text), "%s %s %s",
			interval(finding->peer, finding->n, finding->every).s, finding->unit,
			finding->peer_name);
	column(f, finding->peer_name ? text : "–", PEER);
	if (finding->margin_unit)
		snprintf(text, sizeof(text), "%s%s",
			interval(finding->margin, finding->n, finding->every).s, finding->margin_unit);
	column(f, finding->margin_unit ? text : "–", MARGIN);
	column(f, finding->target_text, TARGET);
	fprintf(f, "%s\n", answer[pool_finding_answer(finding)]);
	fflush(f);
}

void pool_finding_failed(FILE *f, const char *figure)
{
	column(f, figure, WHAT);
	fputs("FAILED\n", f);
	fflush(f);
}
