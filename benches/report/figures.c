/* figures.c: puts a picture into a chapter. */
#include "report/part.h"

int pvq_report_figure(const struct pvq_report *r, const char *kind, const struct pvq_work *work,
	unsigned cores, const char *alt)
{
	char name[PVQ_PLOT_NAME];

	pvq_figure_name(name, kind, work, cores);
	if (!pvq_plots_has(r->plots, name))
		return 0;
	fputs("![", r->md);
	pvq_text_md(r->md, alt);
	if (work) {
		fputs(": ", r->md);
		pvq_text_md(r->md, work->label);
	}
	/* A slug holds no character that a link's target could not. */
	fprintf(r->md, "](plots/%s.svg)\n", name);
	return 1;
}
