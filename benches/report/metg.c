/* metg.c: METG(50%) in words. */
#include "report/part.h"

#include <math.h>

void pvq_report_metg(const struct pvq_report *r, const struct pvq_trait *trait)
{
	const struct pvq_estimate *e = &trait->metg_ns;

	if (isnan(e->median))
		fputs("too few blocks", r->md);
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
