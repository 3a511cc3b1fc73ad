-- Neovim's own diagnostics, with the rule's id as their code: `:luafile abi-lint.lua`, then `:AbiLint abi-lint.manifest.json`.
-- In lua/ of your configuration, `require('abi-lint')` does the same.
local namespace = vim.api.nvim_create_namespace('abi-lint')
local severities = {
  error = vim.diagnostic.severity.ERROR,
  warning = vim.diagnostic.severity.WARN,
  note = vim.diagnostic.severity.INFO,
}

-- The diagnostics of a report in gcc's form, by file.
local function parse(lines)
  local found = {}
  for _, line in ipairs(lines) do
    local diagnostic = vim.diagnostic.match(
      line,
      '^(.-):(%d+):(%d+): (%a+): (.+) %[([%l%d-]+)%]$',
      { 'file', 'lnum', 'col', 'severity', 'message', 'code' },
      severities,
      { source = 'abi-lint' }
    )
    if diagnostic then
      found[diagnostic.file] = found[diagnostic.file] or {}
      table.insert(found[diagnostic.file], diagnostic)
    end
  end
  return found
end

local function show(lines)
  vim.diagnostic.reset(namespace)
  for file, diagnostics in pairs(parse(lines)) do
    vim.diagnostic.set(namespace, vim.fn.bufadd(file), diagnostics)
  end
end

vim.api.nvim_create_user_command('AbiLint', function(command)
  local program = vim.env.ABI_LINT or 'npx --no-install abi-lint'
  local lines = vim.fn.systemlist(program .. ' --format gcc ' .. command.args)
  show(lines)
  if vim.v.shell_error > 1 then
    vim.notify(table.concat(lines, '\n'), vim.log.levels.ERROR)
  end
end, { nargs = '+', complete = 'file' })
