/* mandelbrot.c: draws the Mandelbrot set; each item is a row of pixels. Real work that is naturally uneven: rows through
 * the middle cost most.
 *
 * It has no oracle: the only way to know a count is to count. */
#include "task.h"

#include <errno.h>
#include <string.h>

enum { WIDTH, MAXITER };

static const double left = -2.0, right = 0.6, bottom = -1.2, top = 1.2;

static const struct pvq_arg mandelbrot_args[] = {
	{.name = "width", .help = "pixels in a row", .def = "256", .min = 1, .max = 65536},
	{.name = "maxiter",
		.help = "iterations until a point counts as inside",
		.def = "500",
		.min = 1,
		.max = 65535},
	{0},
};

static int mandelbrot_build(struct pvq_load *load, struct pvq_error *err)
{
	(void)err;
	load->max_in = sizeof(uint64_t);
	load->max_out = load->arg[WIDTH].u * sizeof(uint16_t);
	return 0;
}

static struct pvq_span mandelbrot_input(const struct pvq_load *load, uint64_t id, void *scratch)
{
	(void)load;
	memcpy(scratch, &id, sizeof(id));
	return (struct pvq_span){.ptr = scratch, .len = sizeof(id)};
}

/* Iterations of z -> z^2 + c until |z| > 2. */
static uint16_t mandelbrot_count(double cx, double cy, unsigned maxiter)
{
	double x = 0, y = 0;
	unsigned i = 0;

	while (i < maxiter && x * x + y * y <= 4) {
		double next = x * x - y * y + cx;

		y = 2 * x * y + cy;
		x = next;
		i++;
	}
	return (uint16_t)i;
}

static ssize_t mandelbrot_run(
	const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	uint64_t row, width = load->arg[WIDTH].u;
	char *pixel = out;
	double cy;

	if (len != sizeof(row))
		return -EBADMSG;
	if (cap < load->max_out)
		return -EMSGSIZE;
	memcpy(&row, in, sizeof(row));
	cy = bottom + (top - bottom) * ((double)row + 0.5) / (double)load->n;
	for (uint64_t i = 0; i < width; i++) {
		double cx = left + (right - left) * ((double)i + 0.5) / (double)width;
		uint16_t count = mandelbrot_count(cx, cy, (unsigned)load->arg[MAXITER].u);

		memcpy(pixel + i * sizeof(count), &count, sizeof(count));
	}
	return (ssize_t)load->max_out;
}

const struct pvq_task pvq_task_mandelbrot = {
	.name = "mandelbrot",
	.summary = "rows of a picture, naturally uneven",
	.plain = "rows of a picture",
	.situation = PVQ_SITUATION_UNEVEN,
	.args = mandelbrot_args,
	.uneven = 1,
	.build = mandelbrot_build,
	.input = mandelbrot_input,
	.run = mandelbrot_run,
};
