# expects: startup-window-too-short, timeout-below-budget
# service: startupMs=60000 budgetMs=800 port=9400
FROM node:24
HEALTHCHECK --interval=5s --timeout=500ms --retries=3 CMD hale-probe http://127.0.0.1:9400/health/ready
CMD ["node", "main.js"]
