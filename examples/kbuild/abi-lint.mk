# To be included by the Makefile of an outside module that has a target `modules`, after its first target:
#
#   make abi-lint      builds the modules, then checks what they take from the kernel
#   make CHECK_ABI=1   the same for the target `all`
#
# ABI_LINT       the command; else the one that npm installed here, else that of PATH
# ABI_LINT_ARGS  what to check against; else the kernel that was built for

ABI_LINT ?= $(firstword $(wildcard $(CURDIR)/node_modules/.bin/abi-lint) abi-lint)
ABI_LINT_ARGS ?= --kernel $(KDIR)

# kbuild writes modules.order beside the modules: it names all of them, wherever in the tree they lie.
# `make` runs the command here, not where it went with -C, so that the paths it prints are right for whoever called it.
abi-lint: modules
	$(ABI_LINT) --format gcc $(ABI_LINT_ARGS) modules.order

.PHONY: abi-lint

ifneq ($(CHECK_ABI),)
all: abi-lint
endif
