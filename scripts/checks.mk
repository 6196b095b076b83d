# checks.mk: checks that are run by hand. Included by the Makefile.

.PHONY: build-matrix

build-matrix:
	@scripts/bootstrap bench test matrix
	@scripts/build-matrix $(ONLY)
