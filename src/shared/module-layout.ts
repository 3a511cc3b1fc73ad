/** The version of struct module: every versioned module carries it, none imports it and no vendor's list has it (kernel/module/version.c). */
export const MODULE_LAYOUT = "module_layout";
