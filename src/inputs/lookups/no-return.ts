/** Functions that modules call and that do not come back (tools/objtool/noreturns.h): what stands behind such a call is another way's. */
export const NO_RETURN =
  /^(?:__stack_chk_fail|panic|nmi_panic|(?:__)?fortify_panic|do_exit|make_task_dead|usercopy_abort|(?:__)?module_put_and_(?:kthread_)?exit|__module_put_and_kthread_exit|kthread_complete_and_exit|kthread_exit|machine_real_restart|__reiserfs_panic|xen_start_kernel)$/;
