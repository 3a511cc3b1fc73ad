/* x86 code without a compiler: the assembler writes its debug information. */
	.text
	.globl	written
	.type	written, @function
written:
	call	outside
	lea	outside(%rip), %rax
	jmp	written_first
	.size	written, . - written
	nop
	.section .init.text, "ax"
	.type	written_first, @function
written_first:
	call	outside
	ret
	.size	written_first, . - written_first
