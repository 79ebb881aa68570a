// Before the first paint, so that a stored theme does not flash.
try {
  const theme = localStorage.getItem('imagine-theme')
  if (theme) document.documentElement.dataset.theme = theme
} catch { /* no storage: the system's theme */ }
