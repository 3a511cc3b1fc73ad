" Vim and Neovim: `:compiler abi-lint`, then `:make abi-lint.manifest.json` or `:make modules.order`; :copen lists what was found.
" `:compiler! abi-lint | set makeprg=make` reads what `make abi-lint` prints, the compiler's words included.
if exists('current_compiler')
  finish
endif
let current_compiler = 'abi-lint'

if exists(':CompilerSet') != 2
  command -nargs=* CompilerSet setlocal <args>
endif

let &l:makeprg = (empty($ABI_LINT) ? 'npx --no-install abi-lint' : $ABI_LINT) . ' --format gcc'

" The severity's first letter becomes the entry's type. The folders are those that make enters and leaves.
CompilerSet errorformat=
      \%f:%l:%c:\ %trror:\ %m,
      \%f:%l:%c:\ %tarning:\ %m,
      \%f:%l:%c:\ %tote:\ %m,
      \%D%*\\a[%*\\d]:\ Entering\ directory\ %*[`']%f',
      \%X%*\\a[%*\\d]:\ Leaving\ directory\ %*[`']%f',
      \%D%*\\a:\ Entering\ directory\ %*[`']%f',
      \%X%*\\a:\ Leaving\ directory\ %*[`']%f',
      \%-G%.%#
