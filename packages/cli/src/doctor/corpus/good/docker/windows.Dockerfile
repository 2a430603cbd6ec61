FROM mcr.microsoft.com/windows/servercore:ltsc2025
COPY . .
CMD node.exe main.js
