@rem The scripts of package.json begin with `exec`, so that no shell stands between npm and the program that it signals.
@rem Windows has no such word: there, this file is it.
@%*
