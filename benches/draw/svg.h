/* svg.h: tidies a picture that gnuplot wrote as SVG. */
#ifndef PVQ_SVG_H
#define PVQ_SVG_H

/* Rewrites DIR/plots/NAME.svg: empty groups and gnuplot's own titles go; what a point says (gnuplot's hypertext) becomes
 * its <title>, which browsers show to the reader who points at it, in a group of the class "mark". 0 or -errno. */
int pvq_svg_tidy(const char *dir, const char *name);

/* What a point says passes through gnuplot coded: '^' and the letter of pvq_svg_code stand for the character at the same
 * place in pvq_svg_coded, which gnuplot would change. */
extern const char pvq_svg_coded[], pvq_svg_code[];

#endif
