/* metg.c: METG(50%) in words, and the first page's line of it. */
#include "report/part.h"

#include <math.h>

void pvq_report_metg(const struct pvq_report *r, const struct pvq_trait *trait)
{
	const struct pvq_estimate *e = &trait->metg_ns;

	if (isnan(e->median))
		fputs("unknown: too few blocks contain every grain", r->md);
	else if (isinf(e->median))
		fprintf(r->md, "not reached up to %s", pvq_text_ns(trait->last_ns).s);
	else if (e->median <= trait->first_ns) {
		fprintf(r->md, "at most %s", pvq_text_ns(e->median).s);
		if (isfinite(e->hi) && e->hi > 1.05 * e->median)
			fprintf(r->md, " (interval up to %s)", pvq_text_ns(e->hi).s);
	} else if (isinf(e->hi))
		fprintf(r->md, "%s, with no upper bound", pvq_text_ns(e->median).s);
	else
		fputs(pvq_text_ns_interval(e->median, e->lo, e->hi).s, r->md);
}

/* The strategy with that place by METG; NULL: there is none. */
static const struct pvq_trait *metg_at(const struct pvq_traits *traits, size_t place)
{
	for (size_t i = 0; i < traits->count; i++)
		if (traits->of[i].metg_place == place)
			return &traits->of[i];
	return NULL;
}

void pvq_advice_grain(const struct pvq_report *r)
{
	const struct pvq_traits *traits = r->traits;
	const struct pvq_trait *trait;

	if (!traits->metg_cores)
		return;
	fprintf(r->md,
		"- **How small may a task be** to keep %u core%s half busy? Core time per item, half "
		"of it its own work: ",
		traits->metg_cores, traits->metg_cores == 1 ? "" : "s");
	for (size_t place = 1; (trait = metg_at(traits, place)); place++) {
		fputs(place > 1 ? ", " : "", r->md);
		pvq_text_md(r->md, trait->impl);
		fputs(" ", r->md);
		pvq_report_metg(r, trait);
	}
	fputs(".\n", r->md);
}
