;;; abi-lint.el --- what kernel code stands on, in a compilation buffer -*- lexical-binding: t; -*-

;; (load "abi-lint.el"), then M-x abi-lint; M-g n and M-g p go through what was found.
;; M-x compile with "make abi-lint" needs nothing of this, but takes columns for those of the screen:
;; (setq compilation-error-screen-columns nil) lands on the word behind tabs, too.

(require 'compile)

(defvar abi-lint-command (or (getenv "ABI_LINT") "npx --no-install abi-lint")
  "The command.  What is to be checked is asked for.")

;; File, line, column; a warning if group 4 is there, information if group 5 is; the rule's id is highlighted.
(add-to-list 'compilation-error-regexp-alist-alist
             '(abi-lint
               "^\\([^\n]+?\\):\\([0-9]+\\):\\([0-9]+\\): \\(?:error\\|\\(warning\\)\\|\\(note\\)\\): .+ \\[\\([a-z][a-z0-9-]*\\)\\]$"
               1 2 3 (4 . 5) nil
               (6 'font-lock-constant-face)))

(define-compilation-mode abi-lint-mode "abi-lint"
  "What abi-lint found."
  (setq-local compilation-error-regexp-alist '(abi-lint))
  ;; Columns are those of DWARF, in which a tab is one.
  (setq-local compilation-error-screen-columns nil)
  ;; Notes, too.
  (setq-local compilation-skip-threshold 0))

(defun abi-lint (inputs)
  "Check INPUTS, words of a command line: modules, modules.order, manifests."
  (interactive "sCheck: ")
  (compilation-start (concat abi-lint-command " --format gcc " inputs) #'abi-lint-mode))

(provide 'abi-lint)
;;; abi-lint.el ends here
